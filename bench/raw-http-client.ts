/** As little HTTP client as a measurement needs: one kept-alive connection, prepared bytes out, status and body in. */
import { connect, type Socket } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** A signature of the right form; nobody checks it. */
const HEADERS =
  "Host: 127.0.0.1\r\nContent-Type: application/json\r\n" +
  "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, " +
  `SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}\r\n`;

const SIGNING_NAMES: Readonly<Record<string, string>> = { AmazonSQS: "sqs" };

export interface RawAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface RawConnection {
  /** Sends one request and resolves with the answer's status. */
  call(request: Buffer): Promise<number>;
  ask(request: Buffer): Promise<RawAnswer>;
  close(): void;
}

/** `further`: header lines, each with its end. */
export function post(path: string, body: string, further = ""): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${HEADERS}${further}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A call of AWS JSON 1.0: `target` is the service's prefix and the operation. */
export function awsJson(target: string, input: object): Buffer {
  const body = JSON.stringify(input);
  const headers = HEADERS.replace(
    "Content-Type: application/json",
    "Content-Type: application/x-amz-json-1.0",
  );
  return Buffer.from(
    `POST / HTTP/1.1\r\n${headers.replace("/lambda/", `/${SIGNING_NAMES[target.split(".")[0] ?? ""]}/`)}` +
      `X-Amz-Target: ${target}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${HEADERS}\r\n`);
}

export async function openConnection(port: number): Promise<RawConnection> {
  const socket: Socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  let buffered: Buffer = Buffer.alloc(0);
  let settle: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | undefined;
  socket.on("data", (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    const headEnd = buffered.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = buffered.toString("latin1", 0, headEnd);
    const bodyBytes = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + HEAD_END.length + bodyBytes;
    if (buffered.length < end) return;
    const body = buffered.subarray(headEnd + HEAD_END.length, end);
    buffered = buffered.subarray(end);
    settle?.resolve({ status: Number(head.slice(9, 12)), body });
  });
  socket.on("close", () => settle?.reject(new Error("the connection was closed")));
  socket.on("error", (error) => settle?.reject(error));
  const ask = (request: Buffer): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      socket.write(request);
    });
  return {
    ask,
    call: async (request) => (await ask(request)).status,
    close: () => socket.destroy(),
  };
}
