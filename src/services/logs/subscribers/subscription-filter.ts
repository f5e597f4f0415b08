/**
 * A subscription filter at work: the events that match go in batches to a Lambda function, each batch an asynchronous
 * invocation. Source: "Log group-level subscription filters" page.
 */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Clock, Timer } from "../../../kit/mod.ts";
import type { LogEvent, LogStreamRef, PolicyStatement, Scope } from "../../../model/mod.ts";
import type { LogFilterRecord } from "../../../store/mod.ts";
import { compileFilterPattern, type MessageFilter } from "../filter/filter-pattern.ts";
import { eventId } from "../tokens.ts";
import type { ActiveFilter } from "./log-filters.ts";

const compress = promisify(gzip);
const RETRY_MS = 1000;

export interface SubscriptionTarget {
  /** Where the function's own output goes: it must not be fed with what it prints itself. */
  readonly logGroup: string;
  /** Of the function, version or alias that the ARN names. */
  readonly statements: readonly PolicyStatement[];
}

/** The functions that filters feed. */
export interface SubscriptionTargets {
  /** Undefined when there is no such function. Throws for what is no ARN of one. */
  find(scope: Scope, arn: string): Promise<SubscriptionTarget | undefined>;
  /** Resolves when the event is accepted for asynchronous invocation. */
  invoke(arn: string, payload: Buffer): Promise<void>;
  /** Bytes of an event's payload. */
  readonly payloadBytesMax: number;
}

export interface SubscriptionFilterParts {
  readonly targets: SubscriptionTargets;
  readonly clock: Clock;
  readonly reportFault: (error: unknown) => void;
}

interface Batch {
  readonly stream: LogStreamRef;
  readonly events: (LogEvent & { readonly id: string })[];
  characters: number;
}

export class SubscriptionFilter implements ActiveFilter {
  readonly #record: LogFilterRecord;
  readonly #parts: SubscriptionFilterParts;
  readonly #matches: MessageFilter;
  /** By stream: a batch is of one stream (documented). */
  #open = new Map<string, Batch>();
  #timer: Timer | undefined;
  #waitingCharacters = 0;
  #sequence = 0;
  #lost = 0;
  #delivering: Promise<void> = Promise.resolve();

  constructor(record: LogFilterRecord, parts: SubscriptionFilterParts) {
    this.#record = record;
    this.#parts = parts;
    this.#matches = compileFilterPattern(record.pattern);
  }

  take(stream: LogStreamRef, event: LogEvent): void {
    if (!this.#matches(event.message)) return;
    const { length } = event.message;
    if (this.#waitingCharacters + length > LOGS_LIMITS.subscriptionWaitingCharactersMax) {
      this.#lost++;
      return;
    }
    let batch = this.#open.get(stream.stream);
    if (batch !== undefined && batch.characters + length > LOGS_LIMITS.subscriptionBatchCharactersMax) {
      this.#send(batch);
      batch = undefined;
    }
    if (batch === undefined) {
      batch = { stream, events: [], characters: 0 };
      this.#open.set(stream.stream, batch);
    }
    // Not the id that a search gives: the store numbers events later, and of its own.
    const id = eventId({ timestampMs: event.timestampMs, sequence: ++this.#sequence });
    batch.events.push({ ...event, id });
    batch.characters += length;
    this.#waitingCharacters += length;
    this.#timer ??= this.#parts.clock.after(LOGS_LIMITS.subscriptionDelayMs, () => this.#sendAll());
  }

  async flush(): Promise<void> {
    this.#sendAll();
    await this.#delivering;
  }

  retire(): void {
    this.#sendAll();
  }

  #sendAll(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    for (const batch of this.#open.values()) this.#send(batch);
  }

  #send(batch: Batch): void {
    this.#open.delete(batch.stream.stream);
    // One after the other: the order of a stream's batches is that of its events.
    this.#delivering = this.#delivering
      .then(() => this.#deliver(batch))
      .catch(this.#parts.reportFault)
      .finally(() => {
        this.#waitingCharacters -= batch.characters;
      });
  }

  async #deliver({ stream, events }: Batch): Promise<void> {
    const { targets, reportFault } = this.#parts;
    const { scope, group, name } = this.#record;
    const arn = destinationOf(this.#record);
    const target = await targets.find(scope, arn);
    if (this.#lost > 0) {
      reportFault(new Error(`${this.#lost} log events were lost: ${arn} takes them too slowly.`));
      this.#lost = 0;
    }
    // The function may have been deleted, or told to log here, after the filter was made.
    if (target === undefined || target.logGroup === group) return;
    for await (const payload of this.#payloads(stream, events)) await this.#invoke(arn, name, payload);
  }

  /** Halves what does not fit into one event until it does. A single event that never will is lost, and told of. */
  async *#payloads(stream: LogStreamRef, events: Batch["events"]): AsyncGenerator<Buffer> {
    const payload = await this.#payload(stream, events);
    if (payload.length <= this.#parts.targets.payloadBytesMax) {
      yield payload;
    } else if (events.length === 1) {
      this.#parts.reportFault(new Error(`A log event of ${stream.group} is too large for its subscriber.`));
    } else {
      const half = Math.ceil(events.length / 2);
      yield* this.#payloads(stream, events.slice(0, half));
      yield* this.#payloads(stream, events.slice(half));
    }
  }

  async #payload(stream: LogStreamRef, events: Batch["events"]): Promise<Buffer> {
    const data = {
      messageType: "DATA_MESSAGE",
      owner: stream.accountId,
      logGroup: stream.group,
      logStream: stream.stream,
      subscriptionFilters: [this.#record.name],
      logEvents: events.map(({ id, timestampMs, message }) => ({ id, timestamp: timestampMs, message })),
    };
    const packed = await compress(JSON.stringify(data));
    return Buffer.from(JSON.stringify({ awslogs: { data: packed.toString("base64") } }));
  }

  async #invoke(arn: string, filterName: string, payload: Buffer): Promise<void> {
    const { targets, clock, reportFault } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      try {
        return await targets.invoke(arn, payload);
      } catch (error) {
        if (attempt === LOGS_LIMITS.subscriptionAttemptsMax) {
          reportFault(new Error(`Subscription filter ${filterName} lost a batch.`, { cause: error }));
          return;
        }
        await new Promise<void>((resolve) => clock.after(RETRY_MS * attempt, resolve));
      }
    }
  }
}

export function destinationOf(record: LogFilterRecord): string {
  return String(record.settings["destinationArn"]);
}
