/** Lines no longer than a terminal is wide; colours count for nothing and are ended. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of colours begin with one.
const SEQUENCE = /(\u001b\[[\d;]*m)/;
const RESET = "\u001b[0m";

export function cutLine(line: string, columns: number): string {
  let left = columns;
  let cut = "";
  let hasColour = false;
  for (const part of line.split(SEQUENCE)) {
    if (SEQUENCE.test(part)) {
      cut += part;
      hasColour = true;
      continue;
    }
    const characters = [...part];
    if (characters.length > left) return cut + characters.slice(0, left).join("") + (hasColour ? RESET : "");
    cut += part;
    left -= characters.length;
  }
  return cut;
}
