/** The whole terminal for a picture that changes; given back as it was, however the command ends. */

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
/** Between these a terminal that can shows nothing half drawn. */
const [BEGIN, DONE] = ["\u001b[?2026h", "\u001b[?2026l"];
const [HOME, CLEAR_LINE, CLEAR_BELOW] = ["\u001b[H", "\u001b[K", "\u001b[J"];
const CTRL_C = "\u0003";

export interface Screen {
  readonly columns: number;
  readonly rows: number;
  /** Lines without ends; what does not fit is the caller's to cut. */
  draw(lines: readonly string[]): void;
  close(): void;
}

/** `onKey` gets what was typed; Ctrl-C and q are `onQuit`. */
export function openScreen(onQuit: () => void, onResize: () => void): Screen {
  const { stdin, stdout } = process;
  const typed = (data: Buffer): void => {
    const keys = data.toString("utf8");
    if (keys.includes(CTRL_C) || keys.toLowerCase().includes("q")) onQuit();
  };
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    stdout.off("resize", onResize);
    if (stdin.isTTY) stdin.setRawMode(false).off("data", typed).pause();
    stdout.write(LEAVE);
  };
  process.once("exit", close);
  stdout.write(ENTER);
  stdout.on("resize", onResize);
  if (stdin.isTTY) stdin.setRawMode(true).on("data", typed).resume();
  return {
    get columns() {
      return stdout.columns || 80;
    },
    get rows() {
      return stdout.rows || 24;
    },
    draw(lines) {
      if (!isOpen) return;
      const text = lines.map((line) => line + CLEAR_LINE).join("\r\n");
      stdout.write(BEGIN + HOME + text + CLEAR_BELOW + DONE);
    },
    close,
  };
}
