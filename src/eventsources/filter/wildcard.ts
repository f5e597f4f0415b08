/** Wildcard patterns: `*` stands for any characters, `\*` and `\\` for themselves. Matched without going back. */

/** Undefined where the pattern is none: an escape of anything else, or two stars in a row, as EventBridge refuses them. */
export function compileWildcard(pattern: string): ((text: string) => boolean) | undefined {
  const pieces = piecesOf(pattern);
  if (pieces === undefined) return undefined;
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    // The earliest place of each piece leaves the most room for those that follow.
    for (const piece of rest) {
      const found = text.indexOf(piece, at);
      if (found === -1 || found + piece.length > end) return false;
      at = found + piece.length;
    }
    return true;
  };
}

/** What stands between the stars. */
function piecesOf(pattern: string): string[] | undefined {
  const pieces: string[] = [];
  let piece = "";
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    if (character === "*") {
      if (pattern.charAt(at + 1) === "*") return undefined;
      pieces.push(piece);
      piece = "";
    } else if (character === "\\") {
      at++;
      const escaped = pattern.charAt(at);
      if (escaped !== "*" && escaped !== "\\") return undefined;
      piece += escaped;
    } else {
      piece += character;
    }
  }
  return [...pieces, piece];
}
