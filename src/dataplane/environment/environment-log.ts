/** One environment's log stream: cuts what the guest prints into events, adds the platform's lines, keeps the tail. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { LogSink, LogStreamRef } from "../../model/mod.ts";
import type { PlatformEvent } from "../platform/platform-event.ts";
import { platformJson, type SystemLogLevel } from "../platform/platform-json.ts";
import { platformText } from "../platform/platform-text.ts";
import { LineCutter } from "./line-cutter.ts";

export interface LogFormat {
  readonly isJson: boolean;
  /** Below it the platform is silent (JSON only). */
  readonly systemLevel: SystemLogLevel;
  /** Below it JSON lines of the function's own with a `level` are left out; undefined leaves them to the runtime. */
  readonly applicationLevel: string | undefined;
}

export const TEXT_FORMAT: LogFormat = { isJson: false, systemLevel: "INFO", applicationLevel: undefined };

/** Who reads along. */
export interface LogTap {
  platform(event: PlatformEvent, nowMs: number): void;
  /** Without its newline. */
  line(type: "function" | "extension", text: string, nowMs: number): void;
}

export class EnvironmentLog {
  readonly stream: LogStreamRef;
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #format: LogFormat;
  readonly #function = new LineCutter((text) => this.#printed(text, "function"));
  readonly #extensions = new LineCutter((text) => this.#printed(text, "extension"));
  #tap: LogTap | undefined;
  #tail: string[] | undefined;
  #tailBytes = 0;

  constructor(stream: LogStreamRef, sink: LogSink, clock: Clock, format: LogFormat = TEXT_FORMAT) {
    this.stream = stream;
    this.#sink = sink;
    this.#clock = clock;
    this.#format = format;
  }

  get isJson(): boolean {
    return this.#format.isJson;
  }

  /** Everything from here on, until another takes its place. */
  setTap(tap: LogTap | undefined): void {
    this.#tap = tap;
  }

  /** Takes what came through the guest's stdout and stderr. */
  push(chunk: Buffer): void {
    this.#function.push(chunk);
  }

  /** Takes what its external extensions printed. */
  pushExtensions(chunk: Buffer): void {
    this.#extensions.push(chunk);
  }

  /** What the platform has to say, in the format of this log. */
  platform(event: PlatformEvent): void {
    const nowMs = this.#clock.nowMs();
    if (this.#format.isJson) {
      const line = platformJson(event, nowMs, this.#format.systemLevel);
      if (line !== undefined) this.write(line);
    } else {
      for (const line of platformText(event, nowMs)) this.write(line);
    }
    this.#tap?.platform(event, nowMs);
  }

  /** Writes one event as it is, its newline included. */
  write(message: string): void {
    this.#sink.write(this.stream, { timestampMs: this.#clock.nowMs(), message });
    if (this.#tail === undefined) return;
    this.#tail.push(message);
    this.#tailBytes += Buffer.byteLength(message);
    // Twice the bound is kept before cutting, so that not every line pays for a shift.
    if (this.#tailBytes > 2 * LAMBDA_LIMITS.logTailBytesMax) this.#trimTail();
  }

  /** An invocation's end: text without a final newline becomes an event now. */
  flushPartial(): void {
    this.#function.flush();
    this.#extensions.flush();
  }

  startTail(): void {
    this.#tail = [];
    this.#tailBytes = 0;
  }

  /** The last 4 KB since `startTail`; cut at the front. Source: Invoke's LogResult (service model). */
  takeTail(): Buffer | undefined {
    if (this.#tail === undefined) return undefined;
    const all = Buffer.from(this.#tail.join(""));
    this.#tail = undefined;
    return all.subarray(Math.max(0, all.length - LAMBDA_LIMITS.logTailBytesMax));
  }

  #printed(text: string, type: "function" | "extension"): void {
    const { applicationLevel } = this.#format;
    if (applicationLevel !== undefined && !isLoggedAt(text, applicationLevel)) return;
    this.write(text);
    this.#tap?.line(type, text.endsWith("\n") ? text.slice(0, -1) : text, this.#clock.nowMs());
  }

  #trimTail(): void {
    const tail = this.#tail ?? [];
    while (tail.length > 1) {
      const firstBytes = Buffer.byteLength(tail[0] ?? "");
      if (this.#tailBytes - firstBytes < LAMBDA_LIMITS.logTailBytesMax) return;
      tail.shift();
      this.#tailBytes -= firstBytes;
    }
  }
}

const APPLICATION_LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** Lines that are no JSON are kept; a missing or unknown level counts as INFO. Source: "Log and monitor" page on log levels. */
function isLoggedAt(line: string, level: string): boolean {
  if (!line.startsWith("{")) return true;
  try {
    const { level: given } = JSON.parse(line) as { level?: unknown };
    const rank = APPLICATION_LEVELS.indexOf(String(given).toUpperCase());
    return (rank < 0 ? APPLICATION_LEVELS.indexOf("INFO") : rank) >= APPLICATION_LEVELS.indexOf(level);
  } catch {
    return true;
  }
}
