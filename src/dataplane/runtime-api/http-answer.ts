/** What the APIs inside an environment share: reading a bounded body, and their two kinds of small answers. */
import type { IncomingMessage, ServerResponse } from "node:http";

export function accept(response: ServerResponse): void {
  answerJson(response, 202, { status: "OK" });
}

export function refuse(
  response: ServerResponse,
  status: number,
  errorType: string,
  errorMessage: string,
): void {
  answerJson(response, status, { errorMessage, errorType });
}

export function answerJson(
  response: ServerResponse,
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(`${JSON.stringify(document)}\n`);
}

/** The whole body; what is beyond `bytesMax` is read and thrown away. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Buffer | "tooLarge" | "aborted"> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes <= bytesMax) chunks.push(chunk);
    }
  } catch {
    return "aborted";
  }
  return bytes > bytesMax ? "tooLarge" : Buffer.concat(chunks, bytes);
}

export function headerOf(request: IncomingMessage, name: string): string {
  return String(request.headers[name] ?? "");
}
