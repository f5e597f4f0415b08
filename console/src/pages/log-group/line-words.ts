/** What a line of a log says: its level, whether it is JSON, and a REPORT's numbers. Pure. */

export type Level = "error" | "warning" | "info" | "debug" | "platform" | "none";

export const LEVEL_LABELS: Readonly<Record<Level, string>> = {
  error: "Error",
  warning: "Warning",
  info: "Info",
  debug: "Debug",
  platform: "Lambda",
  none: "",
};

export interface ReportNumbers {
  readonly requestId: string;
  /** In the order of the line: `Duration` → `12.34 ms`. */
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const PLATFORM =
  /^(INIT_START|INIT_REPORT|START RequestId|END RequestId|REPORT RequestId|RESTORE_|EXTENSION\t|LOGS\t|TELEMETRY\t|XRAY )/;
const LEVELS: readonly (readonly [Level, RegExp])[] = [
  ["error", /\b(ERROR|FATAL|CRITICAL)\b|\bTraceback \(most recent|\b\w*Error:|\bTask timed out after/],
  ["warning", /\bWARN(ING)?\b/],
  ["info", /\b(INFO|NOTICE)\b/],
  ["debug", /\b(DEBUG|TRACE)\b/],
];
/** A level stands at a line's start; a word in the middle of prose is none. */
const HEAD_CHARS = 160;

export function levelOf(message: string): Level {
  const json = jsonOf(message);
  if (json !== undefined) return levelOfJson(json);
  if (PLATFORM.test(message)) return /\tStatus: (error|timeout)/.test(message) ? "error" : "platform";
  const head = message.slice(0, HEAD_CHARS);
  return LEVELS.find(([, pattern]) => pattern.test(head))?.[0] ?? "none";
}

/** The object a line is, if it is one. */
export function jsonOf(message: string): Readonly<Record<string, unknown>> | undefined {
  const text = message.trim();
  if (!text.startsWith("{") || !text.endsWith("}")) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

export function reportOf(message: string): ReportNumbers | undefined {
  if (!message.startsWith("REPORT RequestId: ")) return undefined;
  const [first = "", ...rest] = (message.split("\n")[0] ?? "").split("\t");
  const fields = rest.flatMap((part): (readonly [string, string])[] => {
    const colon = part.indexOf(": ");
    return colon < 0 ? [] : [[part.slice(0, colon), part.slice(colon + 2)]];
  });
  return { requestId: first.slice("REPORT RequestId: ".length), fields };
}

function levelOfJson(json: Readonly<Record<string, unknown>>): Level {
  const given = json["level"] ?? json["log.level"] ?? json["severity"];
  if (typeof given === "string") {
    const upper = given.toUpperCase();
    return LEVELS.find(([, pattern]) => pattern.test(upper))?.[0] ?? "none";
  }
  const type = json["type"];
  if (typeof type === "string" && type.startsWith("platform.")) return "platform";
  return "errorMessage" in json || "errorType" in json ? "error" : "none";
}
