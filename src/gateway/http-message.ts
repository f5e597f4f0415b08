/** An HTTP request and answer as the protocols see them: whole, bounded, and without sockets. */

export interface HttpRequest {
  readonly method: string;
  /** Still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it came, without the question mark. */
  readonly queryText: string;
  /** Lower-case names, as node:http gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** The peer's address. */
  readonly remoteAddress: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  /** What is iterable goes out piece by piece, as it comes. */
  readonly body: Buffer | string | AsyncIterable<Buffer>;
}

/** The one value of a header; several are joined as HTTP allows. */
export function header(request: Pick<HttpRequest, "headers">, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(", ") : value;
}
