/** Collects what functions print and writes it in batches: an invocation never waits for the log store. */
import { LOGS_LIMITS } from "../config/mod.ts";
import type { Clock, Timer } from "../kit/mod.ts";
import type { LogEvent, LogSink, LogStreamRef, LogTap } from "../model/mod.ts";
import type { LogAppend, LogStore } from "../store/mod.ts";

/** See LOGS_LIMITS for what each means. */
export interface LogWriterLimits {
  readonly writeDelayMs: number;
  readonly writeBatchEventsMax: number;
  readonly waitingEventsMax: number;
  readonly waitingCharactersMax: number;
  readonly retentionSweepMs: number;
  readonly storedBytesMax: number;
}

export interface LogWriterOptions {
  readonly store: LogStore;
  readonly clock: Clock;
  /** Told when a batch could not be written (its events are lost) or a sweep failed. */
  readonly reportFault: (error: unknown) => void;
  readonly limits?: Partial<LogWriterLimits>;
}

/**
 * Events wait in order of arrival in two arrays of the same length, from `#first` on: pushing to them is all that an
 * event costs. One timer is set when the first of them comes; one batch is written at a time.
 */
export class LogWriter implements LogSink {
  readonly #store: LogStore;
  readonly #clock: Clock;
  readonly #reportFault: (error: unknown) => void;
  readonly #limits: LogWriterLimits;
  #streams: LogStreamRef[] = [];
  #events: LogEvent[] = [];
  /** Places before it are of events already taken or dropped. */
  #first = 0;
  #waitingCharacters = 0;
  /** Of each stream since its last batch: how many events were dropped, and when the last of them was. */
  readonly #dropped = new Map<LogStreamRef, { count: number; timestampMs: number }>();
  /** Counts of events since the start: that came; that were taken into a batch or dropped; that no write is left for. */
  #accepted = 0;
  #taken = 0;
  #settled = 0;
  #timer: Timer | undefined;
  #writing: Promise<void> | undefined;
  #sweepTimer: Timer | undefined;
  #sweeping: Promise<void> | undefined;
  readonly #taps: LogTap[] = [];
  #isClosed = false;

  constructor({ store, clock, reportFault, limits }: LogWriterOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#reportFault = reportFault;
    this.#limits = { ...LOGS_LIMITS, ...limits };
    this.#scheduleSweep();
  }

  /** Every tap sees every event from here on, in the order of their coming. */
  addTap(tap: LogTap): void {
    this.#taps.push(tap);
  }

  /** Shows taps what came to the store by another way than `write`. */
  show(stream: LogStreamRef, events: readonly LogEvent[]): void {
    for (const tap of this.#taps) for (const event of events) tap(stream, event);
  }

  /** When the store cannot keep up, the oldest waiting events are dropped; the log of their stream says how many. */
  write(stream: LogStreamRef, event: LogEvent): void {
    this.#streams.push(stream);
    this.#events.push(event);
    this.#waitingCharacters += event.message.length;
    this.#accepted++;
    for (const tap of this.#taps) tap(stream, event);
    while (this.#isOverfull()) this.#dropOldest();
    const waiting = this.#accepted - this.#taken;
    if (this.#timer === undefined) this.#writeAfter(this.#limits.writeDelayMs);
    else if (waiting === this.#limits.writeBatchEventsMax) this.#writeAfter(0);
  }

  /** Resolves when everything written before the call can be read from the store. */
  async flush(): Promise<void> {
    const target = this.#accepted;
    while (this.#settled < target) {
      this.#writing ??= this.#writeBatch().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  /** Writes what waits. Nothing may be written to it afterwards. The store may be closed then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#sweepTimer?.cancel();
    await this.flush();
    await this.#sweeping;
  }

  #isOverfull(): boolean {
    const { waitingEventsMax, waitingCharactersMax } = this.#limits;
    return this.#accepted - this.#taken > waitingEventsMax || this.#waitingCharacters > waitingCharactersMax;
  }

  #writeAfter(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.flush();
    });
  }

  /** Never rejects. */
  async #writeBatch(): Promise<void> {
    const batch = this.#takeBatch();
    const taken = this.#taken;
    try {
      await this.#store.append(batch, this.#clock.nowMs());
    } catch (error) {
      this.#reportFault(error);
    }
    this.#settled = taken;
    // A store on this thread resolves at once; without a turn of the loop a long queue would hold everything up.
    if (this.#accepted > this.#taken) await new Promise((resolve) => setImmediate(resolve));
  }

  #takeBatch(): LogAppend[] {
    const end = Math.min(this.#events.length, this.#first + this.#limits.writeBatchEventsMax);
    const byStream = new Map<LogStreamRef, LogEvent[]>();
    for (const [stream, { count, timestampMs }] of this.#dropped) {
      const message = `${count} log events were dropped: they came faster than they could be stored.\n`;
      byStream.set(stream, [{ timestampMs, message }]);
    }
    this.#dropped.clear();
    for (let place = this.#first; place < end; place++) {
      const stream = this.#streams[place];
      const event = this.#events[place];
      if (stream === undefined || event === undefined) continue;
      const events = byStream.get(stream);
      if (events === undefined) byStream.set(stream, [event]);
      else events.push(event);
      this.#waitingCharacters -= event.message.length;
    }
    this.#advance(end);
    return Array.from(byStream, ([stream, events]) => ({ stream, events }));
  }

  #dropOldest(): void {
    const stream = this.#streams[this.#first];
    const event = this.#events[this.#first];
    if (stream === undefined || event === undefined) return;
    const dropped = this.#dropped.get(stream);
    const count = (dropped?.count ?? 0) + 1;
    this.#dropped.set(stream, { count, timestampMs: event.timestampMs });
    this.#waitingCharacters -= event.message.length;
    this.#advance(this.#first + 1);
  }

  /** Cuts passed places off when they are half of all: seldom enough to cost nothing for each event. */
  #advance(first: number): void {
    this.#taken += first - this.#first;
    this.#first = first;
    if (first < this.#events.length / 2) return;
    this.#streams = this.#streams.slice(first);
    this.#events = this.#events.slice(first);
    this.#first = 0;
  }

  #scheduleSweep(): void {
    const { retentionSweepMs, storedBytesMax } = this.#limits;
    this.#sweepTimer = this.#clock.after(retentionSweepMs, () => {
      this.#sweeping = this.#store
        .enforceBounds(this.#clock.nowMs(), storedBytesMax)
        .then(() => undefined, this.#reportFault)
        .finally(() => {
          if (!this.#isClosed) this.#scheduleSweep();
        });
    });
  }
}
