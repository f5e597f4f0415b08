/** What a function returned, as the answer of its URL. Source: answers recorded on AWS. */

export interface UrlAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer | string | AsyncIterable<Buffer>;
}

/** The function failed, or returned what is no answer. */
export function badGateway(): UrlAnswer {
  return { status: 502, headers: { "Content-Type": "text/plain" }, body: "Internal Server Error" };
}

/** An object with a status code is taken apart; any other value is the body. */
export function bufferedAnswer(payload: Buffer): UrlAnswer {
  const text = payload.toString("utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return badGateway();
  }
  if (typeof value === "object" && value !== null && "statusCode" in value) {
    return structured(value as Readonly<Record<string, unknown>>);
  }
  return {
    status: 200,
    headers: { "content-type": "application/json" },
    // A string goes out without its quotes (recorded).
    body: typeof value === "string" ? value : JSON.stringify(value),
  };
}

/** Status, headers, cookies and body as an API Gateway proxy integration writes them. */
export function structured(value: Readonly<Record<string, unknown>>): UrlAnswer {
  const status = Number(value["statusCode"]);
  if (!Number.isInteger(status) || status < 200 || status > 599) return badGateway();
  const headers: Record<string, string | string[]> = { "content-type": "application/json" };
  for (const [name, content] of Object.entries(asObject(value["headers"]))) {
    if (!isHeader(name, content)) return badGateway();
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) headers[name.toLowerCase()] = String(content);
  }
  const cookies = Array.isArray(value["cookies"]) ? value["cookies"] : [];
  if (!cookies.every((cookie) => isHeader("set-cookie", cookie))) return badGateway();
  if (cookies.length > 0) headers["set-cookie"] = cookies.map(String);
  return { status, headers, body: bodyOf(value["body"], value["isBase64Encoded"] === true) };
}

function bodyOf(body: unknown, isBase64Encoded: boolean): Buffer | string {
  if (body === undefined || body === null) return "";
  if (typeof body !== "string") return JSON.stringify(body);
  return isBase64Encoded ? Buffer.from(body, "base64") : body;
}

/** These belong to the connection, which is ours: two opinions about a body's length are one too many. */
const CONNECTION_HEADERS = new Set([
  "connection",
  "content-length",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-amzn-requestid",
]);

/** What HTTP cannot carry would break our own answer. */
function isHeader(name: string, content: unknown): boolean {
  const isName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
  return (
    isName &&
    content !== null &&
    typeof content !== "object" &&
    /^[\t\x20-\x7e\x80-\xff]*$/.test(String(content))
  );
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
