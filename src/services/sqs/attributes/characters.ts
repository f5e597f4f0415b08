/** Which characters a message may have: those of XML 1.0. Source: SendMessage page. */

/** Half a surrogate pair is none of them either. */
const INVALID = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

export function hasInvalidCharacters(text: string): boolean {
  return INVALID.test(text);
}
