/** How lines of functions' logs look in a terminal: what went wrong stands out, the platform's own lines stand back. */
import { paint } from "./output.ts";

const PLATFORM =
  /^(START|END|REPORT|INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT|EXTENSION|TELEMETRY)\b/;
const ERROR = /\b(ERROR|FATAL|CRITICAL)\b|^Traceback |Task timed out/;
const WARNING = /\bWARN(ING)?\b/;

/** A line without its end. */
export function colourLogLine(line: string, stream: NodeJS.WriteStream = process.stdout): string {
  const level = levelOf(line);
  if (level === undefined) return line;
  return paint(level === "error" ? "red" : level === "warning" ? "yellow" : "dim", line, stream);
}

function levelOf(line: string): "error" | "warning" | "faint" | undefined {
  // Functions that log JSON have the level as a member.
  const head = line.startsWith("{") ? jsonLevel(line) : line.slice(0, 200);
  if (PLATFORM.test(head)) return "faint";
  if (ERROR.test(head)) return "error";
  if (WARNING.test(head)) return "warning";
  return /\b(DEBUG|TRACE)\b/.test(head) ? "faint" : undefined;
}

function jsonLevel(line: string): string {
  if (/"type"\s*:\s*"platform\./.test(line)) return "REPORT";
  return /"(?:level|log_level|levelname|severity)"\s*:\s*"(\w+)"/i.exec(line)?.[1]?.toUpperCase() ?? "";
}
