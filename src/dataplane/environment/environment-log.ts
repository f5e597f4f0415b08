/** One environment's log stream: cuts what the guest prints into events, adds the platform's lines, keeps the tail. */
import { ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { LogSink, LogStreamRef } from "../../model/mod.ts";
import type { PlatformEvent } from "./platform-event.ts";
import { platformJson, type SystemLogLevel } from "./platform-json.ts";
import { platformText } from "./platform-text.ts";

export interface LogFormat {
  readonly isJson: boolean;
  /** Below it the platform is silent (JSON only). */
  readonly systemLevel: SystemLogLevel;
  /** Below it JSON lines of the function's own with a `level` are left out; undefined leaves them to the runtime. */
  readonly applicationLevel: string | undefined;
}

export const TEXT_FORMAT: LogFormat = { isJson: false, systemLevel: "INFO", applicationLevel: undefined };

const NEWLINE = 0x0a;
/** Before a newline: the event goes on in the next line. Our bootstraps write multi-line events so. */
const CONTINUES = 0x1f;

export class EnvironmentLog {
  readonly #stream: LogStreamRef;
  readonly #sink: LogSink;
  readonly #clock: Clock;
  readonly #format: LogFormat;
  /** Bytes of a line whose end has not come yet. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  /** Finished lines of an event that goes on. */
  #begun = "";
  #tail: string[] | undefined;
  #tailBytes = 0;

  constructor(stream: LogStreamRef, sink: LogSink, clock: Clock, format: LogFormat = TEXT_FORMAT) {
    this.#stream = stream;
    this.#sink = sink;
    this.#clock = clock;
    this.#format = format;
  }

  /** Takes what came through the guest's stdout and stderr. */
  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keepPartial(chunk.subarray(start));
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
  }

  /** Writes one event as it is, its newline included. */
  write(message: string): void {
    this.#sink.write(this.#stream, { timestampMs: this.#clock.nowMs(), message });
    if (this.#tail === undefined) return;
    this.#tail.push(message);
    this.#tailBytes += Buffer.byteLength(message);
    // Twice the bound is kept before cutting, so that not every line pays for a shift.
    if (this.#tailBytes > 2 * LAMBDA_LIMITS.logTailBytesMax) this.#trimTail();
  }

  /** An invocation's end: text without a final newline becomes an event now. */
  flushPartial(): void {
    if (this.#partialBytes === 0 && this.#begun === "") return;
    const text = this.#begun + Buffer.concat(this.#partial).toString("utf8");
    this.#reset();
    if (text !== "") this.write(text);
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

  #line(rest: Buffer): void {
    let line = rest;
    if (this.#partialBytes > 0) {
      this.#partial.push(rest);
      line = Buffer.concat(this.#partial);
      this.#partial = [];
      this.#partialBytes = 0;
    }
    const goesOn = line.length > 0 && line[line.length - 1] === CONTINUES;
    const text = line.toString("utf8", 0, goesOn ? line.length - 1 : line.length);
    if (goesOn && this.#begun.length < ENVIRONMENT_LIMITS.logEventBytesMax) {
      this.#begun += `${text}\n`;
      return;
    }
    const message = `${this.#begun}${text}\n`;
    this.#begun = "";
    const { applicationLevel } = this.#format;
    if (applicationLevel === undefined || isLoggedAt(message, applicationLevel)) this.write(message);
  }

  #keepPartial(bytes: Buffer): void {
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes >= ENVIRONMENT_LIMITS.logEventBytesMax) this.flushPartial();
  }

  #reset(): void {
    this.#partial = [];
    this.#partialBytes = 0;
    this.#begun = "";
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
