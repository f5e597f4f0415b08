/** A streamed response as the answer of a function URL. Source: AWS's Node.js runtime interface client. */
import { HTTP_LIMITS } from "../config/mod.ts";
import { BrokenStream } from "../errors/mod.ts";
import type { Streaming } from "./streamed-response.ts";
import { badGateway, structured, type UrlAnswer } from "./url-answer.ts";

/** Says that the stream begins with status and headers. */
const PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response";
const PRELUDE_END = Buffer.alloc(8);

/** Resolves when the head of the answer is known. A function that fails later breaks the connection. */
export async function streamedAnswer({ contentType, body, ended }: Streaming): Promise<UrlAnswer> {
  if (contentType === undefined) {
    await ended;
    return badGateway();
  }
  const pieces = wholeOrBroken(body, ended);
  if (contentType !== PRELUDE_TYPE) {
    return { status: 200, headers: { "content-type": contentType }, body: pieces };
  }
  const prelude = await readPrelude(pieces);
  if (prelude === undefined) return badGateway();
  const head = structured({ statusCode: 200, ...prelude.value });
  return head.status === 502 ? head : { ...head, body: startingWith(prelude.rest, pieces) };
}

type Pieces = AsyncGenerator<Buffer>;

async function* wholeOrBroken(body: AsyncIterable<Buffer>, ended: Streaming["ended"]): Pieces {
  for await (const chunk of body) yield chunk;
  if ((await ended).kind === "functionError")
    throw new BrokenStream("The function failed while it answered.");
}

async function* startingWith(first: Buffer, pieces: Pieces): Pieces {
  if (first.length > 0) yield first;
  yield* pieces;
}

/** A function that writes nothing sends no prelude either. Undefined: what came is none. */
async function readPrelude(
  pieces: Pieces,
): Promise<{ value: Readonly<Record<string, unknown>>; rest: Buffer } | undefined> {
  let read = Buffer.alloc(0);
  while (read.length <= HTTP_LIMITS.headerBytesMax) {
    const end = read.indexOf(PRELUDE_END);
    if (end >= 0) {
      const value = parsed(read.toString("utf8", 0, end));
      return value && { value, rest: read.subarray(end + PRELUDE_END.length) };
    }
    try {
      const next = await pieces.next();
      if (next.done === true) return read.length === 0 ? { value: {}, rest: read } : undefined;
      read = Buffer.concat([read, next.value]);
    } catch (error) {
      if (error instanceof BrokenStream) return undefined;
      throw error;
    }
  }
  return undefined;
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
