/** Collects what functions print and writes it in batches: an invocation never waits for the log store. */
import { LOGS_LIMITS } from "../config/mod.ts";
import type { Clock, Timer } from "../kit/mod.ts";
import type { LogEvent, LogSink, LogStreamRef } from "../model/mod.ts";
import type { LogAppend, LogStore } from "../store/mod.ts";

export interface LogWriterOptions {
  readonly store: LogStore;
  readonly clock: Clock;
  /** Told when a batch could not be written; its events are lost. */
  readonly reportFault: (error: unknown) => void;
  readonly waitingEventsMax?: number;
}

interface WaitingStream {
  readonly stream: LogStreamRef;
  readonly events: LogEvent[];
}

export class LogWriter implements LogSink {
  readonly #options: LogWriterOptions;
  readonly #waitingMax: number;
  #waiting = new Map<LogStreamRef, WaitingStream>();
  #waitingEvents = 0;
  #timer: Timer | undefined;
  #sweep: Timer | undefined;
  /** Writes follow one another, so that events keep their order. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LogWriterOptions) {
    this.#options = options;
    this.#waitingMax = options.waitingEventsMax ?? LOGS_LIMITS.waitingEventsMax;
    this.#scheduleSweep();
  }

  /** When the store cannot keep up the newest events of a full buffer are dropped, and the log says so. */
  write(stream: LogStreamRef, event: LogEvent): void {
    let waiting = this.#waiting.get(stream);
    if (waiting === undefined) {
      waiting = { stream, events: [] };
      this.#waiting.set(stream, waiting);
    }
    if (this.#waitingEvents >= this.#waitingMax) {
      this.#drop(waiting, event);
      return;
    }
    waiting.events.push(event);
    this.#waitingEvents++;
    this.#timer ??= this.#options.clock.after(LOGS_LIMITS.writeDelayMs, () => void this.flush());
  }

  /** Resolves when everything written so far can be read from the store. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting.size > 0) {
      const batch = this.#takeBatch();
      this.#writing = this.#writing
        .then(() => this.#options.store.append(batch, this.#options.clock.nowMs()))
        .catch((error: unknown) => this.#options.reportFault(error));
    }
    return this.#writing;
  }

  async close(): Promise<void> {
    this.#sweep?.cancel();
    await this.flush();
  }

  #takeBatch(): LogAppend[] {
    const batch = [...this.#waiting.values()];
    this.#waiting = new Map();
    this.#waitingEvents = 0;
    return batch;
  }

  /** The place of the last event that fitted tells how many did not. */
  #drop(waiting: WaitingStream, event: LogEvent): void {
    const last = waiting.events.at(-1);
    const before = Number(/^LAMBKIN_DROPPED (\d+) /.exec(last?.message ?? "")?.[1] ?? 0);
    const notice: LogEvent = {
      timestampMs: event.timestampMs,
      message: `LAMBKIN_DROPPED ${before + 1} log events: they came faster than they could be stored.\n`,
    };
    if (before > 0) waiting.events[waiting.events.length - 1] = notice;
    else waiting.events.push(notice);
  }

  #scheduleSweep(): void {
    const { clock, store, reportFault } = this.#options;
    this.#sweep = clock.after(LOGS_LIMITS.retentionSweepMs, () => {
      store.enforceBounds(clock.nowMs(), LOGS_LIMITS.storedBytesMax).catch(reportFault);
      this.#scheduleSweep();
    });
  }
}
