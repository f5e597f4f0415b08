/** Progress on stderr: one line that changes in a terminal, nothing elsewhere. */
import { cutLine } from "./cut-line.ts";
import { paint, say } from "./output.ts";

export interface Progress {
  /** `share` from 0 to 1 draws a bar; without it something turns. */
  update(text: string, share?: number): void;
  /** Takes the line away; `last` stays, in a terminal and elsewhere. */
  end(last?: string): void;
}

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;
const BAR_CHARACTERS = 24;

export function startProgress(first: string): Progress {
  const { stderr } = process;
  if (!stderr.isTTY) return { update: () => {}, end: (last) => last !== undefined && say(last) };
  let text = first;
  let share: number | undefined;
  let frame = 0;
  // A line that wraps could not be taken back.
  const draw = (): void => {
    const mark = paint(
      "cyan",
      share === undefined ? (FRAMES[frame % FRAMES.length] ?? "") : bar(share),
      stderr,
    );
    stderr.write(`\r\u001b[K${cutLine(`${mark} ${text}`, (stderr.columns || 80) - 1)}`);
  };
  draw();
  const timer = setInterval(() => {
    frame++;
    draw();
  }, FRAME_MS);
  timer.unref();
  return {
    update(nextText, nextShare) {
      text = nextText;
      share = nextShare;
    },
    end(last) {
      clearInterval(timer);
      stderr.write("\r\u001b[K");
      if (last !== undefined) say(last);
    },
  };
}

function bar(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_CHARACTERS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARACTERS - full)} ${String(Math.floor(share * 100)).padStart(3)} %`;
}
