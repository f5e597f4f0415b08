/** What commands print: results on stdout, everything said about them on stderr. */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Colour only for a terminal, and as NO_COLOR and FORCE_COLOR say. */
export function paint(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(style, text, { stream });
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For people, never for programs. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** Resolves when what was printed is with its reader: what is left when the process ends is lost. */
export async function flush(): Promise<void> {
  await Promise.all(
    [process.stdout, process.stderr].map(
      (stream) => new Promise<void>((resolve) => stream.write("", () => resolve())),
    ),
  );
}
