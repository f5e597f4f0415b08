/** As little HTTP client as a measurement needs: one kept-alive connection, prepared bytes out, status and length in. */
import { connect, type Socket } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");

/** A signature of the right form; nobody checks it. */
const HEADERS =
  "Host: 127.0.0.1\r\nContent-Type: application/json\r\n" +
  "Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, " +
  `SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}\r\n`;

export interface RawConnection {
  /** Sends one request and resolves with the answer's status. */
  call(request: Buffer): Promise<number>;
  close(): void;
}

export function post(path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${HEADERS}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
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
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  socket.on("data", (chunk: Buffer) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    const headEnd = buffered.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = buffered.toString("latin1", 0, headEnd);
    const bodyBytes = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + HEAD_END.length + bodyBytes;
    if (buffered.length < end) return;
    buffered = buffered.subarray(end);
    settle?.resolve(Number(head.slice(9, 12)));
  });
  socket.on("close", () => settle?.reject(new Error("the connection was closed")));
  socket.on("error", (error) => settle?.reject(error));
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
