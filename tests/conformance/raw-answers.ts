/** What came over the wire, before the SDK makes its own of it. */
import { request } from "node:http";
import type { LambdaClient } from "@aws-sdk/client-lambda";

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

/** Tells `seen` of every answer the client gets. */
export function recordAnswers(client: LambdaClient, seen: (answer: RawAnswer) => void): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const response = result.response as {
        statusCode: number;
        headers: Record<string, string>;
        body: AsyncIterable<Uint8Array>;
      };
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      Object.assign(response, { body: new Uint8Array(bytes) });
      seen({ status: response.statusCode, headers: lowerCase(response.headers), body: parsed(bytes) });
      return result;
    },
    // Low: the last to see the request and the first to see the answer.
    { step: "deserialize", name: "recordAnswers", priority: "low" },
  );
}

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Node's own client: it may name any host, and reads no meaning into the answer. */
export function sendRaw(url: string, { method, path, host, headers, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { hostname, port, method, path, headers: { ...headers, ...(host !== undefined && { host }) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: parsed(Buffer.concat(chunks)),
          }),
        );
        response.once("error", reject);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function parsed(bytes: Buffer): unknown {
  const text = bytes.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
