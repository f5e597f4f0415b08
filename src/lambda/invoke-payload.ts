/** Judges an event before it is run: JSON or a refusal in the words of the parser AWS uses (Jackson). */
import { isUtf8 } from "node:buffer";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { invalidRequestContent } from "../errors/mod.ts";

/** Missing payloads reach the function as an empty object (observed of AWS by others; recall). */
const EMPTY_EVENT = Buffer.from("{}");

const EXPECTED = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/** Returns the event to deliver. Throws InvalidRequestContentException. */
export function checkedEvent(payload: Buffer | undefined): Buffer {
  if (payload === undefined || payload.length === 0) return EMPTY_EVENT;
  if (!isUtf8(payload)) throw refusal(invalidByte(payload), 1);
  const text = payload.toString("utf8");
  try {
    JSON.parse(text);
  } catch {
    throw complaint(text);
  }
  return payload;
}

/** `X-Amz-Client-Context` decoded to its JSON text. The refusals' texts are widely reported. */
export function checkedClientContext(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  if (encoded.length > LAMBDA_LIMITS.clientContextBytesMax) {
    throw invalidRequestContent(
      `Client context must be no more than ${LAMBDA_LIMITS.clientContextBytesMax} bytes when Base64-encoded.`,
    );
  }
  const bytes = Buffer.from(encoded, "base64");
  try {
    if (!isUtf8(bytes)) throw new SyntaxError("not UTF-8");
    const text = bytes.toString("utf8");
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new SyntaxError("no object");
    return text;
  } catch {
    throw invalidRequestContent("Client context must be a valid Base64-encoded JSON object.");
  }
}

/** Where V8 stops reading, told in Jackson's words. */
function complaint(text: string): Error {
  const at = firstBadCharacter(text);
  if (at === undefined) return refusal("Unexpected end-of-input", text.length + 1);
  const start = at - (/[\w$]*$/.exec(text.slice(Math.max(0, at - 64), at))?.[0].length ?? 0);
  const word = /^[A-Za-z_$][\w$]*/.exec(text.slice(start, start + 64))?.[0];
  if (word !== undefined) {
    return refusal(`Unrecognized token '${word}': was expecting ${EXPECTED}`, start + word.length + 1);
  }
  const code = text.codePointAt(at) ?? 0;
  // Control characters have parentheses of their own (recorded).
  const shown = code < 0x20 ? `(CTRL-CHAR, code ${code})` : `'${String.fromCodePoint(code)}' (code ${code})`;
  return refusal(`Unexpected character (${shown}): expected a valid value ${EXPECTED}`, at + 1);
}

/** Texts beyond this are not searched: the place of the fault is a courtesy, and it must stay cheap. */
const SEARCHED_CHARACTERS_MAX = 65_536;

/**
 * V8 does not always say where. A beginning of the text that is fine as far as it goes only lacks its end, so the
 * shortest beginning that is broken otherwise ends with the fault. Undefined when nothing but the end is missing.
 */
function firstBadCharacter(text: string): number | undefined {
  if (text.length > SEARCHED_CHARACTERS_MAX) return 0;
  if (lacksOnlyItsEnd(text)) return undefined;
  let fine = 0;
  let broken = text.length;
  while (broken - fine > 1) {
    const middle = (fine + broken) >> 1;
    if (lacksOnlyItsEnd(text.slice(0, middle))) fine = middle;
    else broken = middle;
  }
  return fine;
}

function lacksOnlyItsEnd(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const { message } = error as Error;
    const stated = /at position (\d+)/.exec(message)?.[1];
    if (/end of JSON input|Unterminated string|No number after minus/.test(message)) return true;
    return stated !== undefined && Number(stated) >= text.length;
  }
}

/** The column counts from one; lines are not told apart in a message this short. */
function refusal(what: string, column: number): Error {
  return invalidRequestContent(
    `Could not parse request body into json: Could not parse payload into json: ${what}\n at [Source: REDACTED ` +
      `(\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`,
  );
}

function invalidByte(payload: Buffer): string {
  const first = payload.find((byte) => byte >= 0x80) ?? 0;
  return `Invalid UTF-8 start byte 0x${first.toString(16)}`;
}
