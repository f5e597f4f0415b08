/**
 * Polls one queue for one function. One loop gathers batches; each runs by itself, as one synchronous invocation, as many
 * at a time as `BatchConcurrency` lets:
 *
 *   gathered ──▶ invoked ──success──▶ deleted (what the function reports as failed is left)
 *      ▲            │ ├──function error──▶ left; visible again when the queue's visibility timeout is over
 *      │            │ └──throttled──▶ held, and invoked again
 *   the queue ◀──the poller stops── given back at once
 *
 * Source: "Using Lambda with Amazon SQS" and its pages on errors and scaling.
 */
import { randomUUID } from "node:crypto";
import { POLLER_LIMITS } from "../../config/mod.ts";
import { ApiError } from "../../errors/mod.ts";
import {
  type EventSourceMapping,
  functionArn,
  type InvocationOutcome,
  isLoop,
  type Scope,
  type Trace,
  traceOf,
} from "../../model/mod.ts";
import { batchPayload, splitBySize } from "../batch-payload.ts";
import { failedItems } from "../batch-response.ts";
import { type EventCounter, eventCounter } from "../event-counts.ts";
import { compilePattern, type FilterPattern } from "../filter/filter-pattern.ts";
import { pauseMs } from "../pause.ts";
import { RESULTS, type Reader, type ReaderParts, type ReaderTarget } from "../reader.ts";
import { WakeUp } from "../wake-up.ts";
import { BatchConcurrency, concurrencyBounds } from "./batch-concurrency.ts";
import { type BatchRecord, gatherBatch } from "./gather-batch.ts";
import { HeldMessages } from "./held-messages.ts";
import { isFifo, type QueueSource } from "./queue-source.ts";

export interface SqsPollerOptions extends ReaderParts {
  readonly queues: QueueSource;
  readonly scope: Scope;
}

interface Batch {
  readonly mapping: EventSourceMapping;
  readonly records: readonly BatchRecord[];
  readonly held: HeldMessages;
}

interface Invoked {
  readonly outcome: Ended;
  /** Those that were still ours. */
  readonly records: readonly BatchRecord[];
  readonly startedMs: number;
}

interface Traced {
  readonly left: readonly BatchRecord[];
  /** Ids of messages that are not to be handed over. */
  readonly looped: readonly string[];
  readonly trace: Trace;
}

type Ended = Exclude<InvocationOutcome, { kind: "throttled" }>;

export class SqsPoller implements Reader {
  readonly #options: SqsPollerOptions;
  readonly #queueArn: string;
  readonly #concurrency: BatchConcurrency;
  /** One of our batches has ended, and what is read next may have its place. */
  readonly #placeFreed: WakeUp;
  /** The poller stops or has other settings. */
  readonly #changed: WakeUp;
  readonly #batches = new Set<Promise<void>>();
  readonly #loop: Promise<void>;
  #mapping: EventSourceMapping;
  #filters: readonly FilterPattern[];
  #gathering = new AbortController();
  #isStopped = false;
  #lastResult: string | undefined;
  /** Invocations that failed since the last that did not. */
  #failures = 0;
  #pauseUntilMs = 0;
  /** Looks at the queue or the function that found none, in a row. */
  #absences = 0;

  /** Polls at once. Throws InvalidParameterValueException for a filter that is none. */
  constructor(options: SqsPollerOptions, mapping: EventSourceMapping) {
    this.#options = options;
    this.#mapping = mapping;
    this.#filters = filtersOf(mapping);
    this.#queueArn = mapping.sourceArn ?? "";
    this.#concurrency = new BatchConcurrency(concurrencyBounds(mapping.settings));
    this.#placeFreed = new WakeUp(options.clock);
    this.#changed = new WakeUp(options.clock);
    this.#loop = this.#run();
  }

  get lastResult(): string | undefined {
    return this.#lastResult;
  }

  reconfigure(mapping: EventSourceMapping): void {
    this.#filters = filtersOf(mapping);
    this.#mapping = mapping;
    this.#concurrency.reconfigure(concurrencyBounds(mapping.settings));
    this.#absences = 0;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#loop;
    await Promise.all(this.#batches);
  }

  #wake(): void {
    this.#gathering.abort();
    this.#changed.ring();
    this.#placeFreed.ring();
    this.#options.places.freed(this.#options.scope, this.#mapping.functionName);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#step();
      } catch (error) {
        if (!(error instanceof ApiError)) this.#options.reportFault(error, this.#mapping.uuid);
        this.#lastResult = RESULTS.noSource;
        await this.#waitInAbsence();
      }
    }
  }

  /** One look at the queue, when there is room for what it gives. */
  async #step(): Promise<void> {
    const { clock } = this.#options;
    const restMs = this.#pauseUntilMs - clock.nowMs();
    if (restMs > 0) {
      await this.#changed.wait(restMs);
      return;
    }
    if (!this.#concurrency.hasRoom) {
      await this.#waitForRoom();
      return;
    }
    if ((await this.#target(this.#mapping)) === undefined) {
      this.#lastResult = RESULTS.noFunction;
      await this.#waitInAbsence();
      return;
    }
    const batch = await this.#gather();
    if (batch !== undefined) this.#begin(batch);
  }

  async #waitForRoom(): Promise<void> {
    const { clock } = this.#options;
    await this.#placeFreed.wait(this.#concurrency.full(clock.monotonicMs()));
    this.#concurrency.grow(clock.monotonicMs());
  }

  async #waitInAbsence(): Promise<void> {
    if (this.#isStopped) return;
    this.#absences++;
    await this.#changed.wait(pauseMs(this.#absences, POLLER_LIMITS.absencePauseMs));
  }

  async #gather(): Promise<Batch | undefined> {
    const { queues, clock, reportFault } = this.#options;
    const queueArn = this.#queueArn;
    const visibilityMs = await queues.visibilityMs(queueArn);
    if (this.#absences > 0) this.#lastResult = RESULTS.none;
    this.#absences = 0;
    if (this.#isStopped) return undefined;
    const mapping = this.#mapping;
    const { BatchSize, MaximumBatchingWindowInSeconds = 0 } = mapping.settings;
    const gathering = new AbortController();
    this.#gathering = gathering;
    const held = new HeldMessages({
      ...{ queues, queueArn, clock, visibilityMs },
      reportFault: (error) => reportFault(error, mapping.uuid),
    });
    try {
      const records = await gatherBatch({
        ...{ queues, queueArn, clock, held },
        count: this.#counterOf(mapping),
        filters: this.#filters,
        batchSize: BatchSize,
        windowMs: MaximumBatchingWindowInSeconds * 1000,
        signal: gathering.signal,
      });
      if (gathering.signal.aborted) {
        await held.giveBackAll();
        return undefined;
      }
      if (records.length === 0) {
        this.#concurrency.quiet();
        return undefined;
      }
      return { mapping, records, held };
    } catch (error) {
      await held.giveBackAll();
      throw error;
    }
  }

  #begin(batch: Batch): void {
    const { places, scope, clock } = this.#options;
    const bytes = batch.records.reduce((sum, { json }) => sum + json.length, 0);
    this.#concurrency.begin(bytes);
    const work = this.#process(batch)
      .catch(async (error: unknown) => {
        this.#options.reportFault(error, batch.mapping.uuid);
        this.#pause();
        await batch.held.giveBackAll(clock.nowMs());
      })
      .finally(() => {
        this.#batches.delete(work);
        this.#concurrency.end(bytes);
        // Held batches of any mapping come before what would be read next.
        places.freed(scope, batch.mapping.functionName);
        this.#placeFreed.ring();
      });
    this.#batches.add(work);
  }

  /** Parts of a batch that is too large for one invocation go one after the other, for the order of a FIFO queue. */
  async #process({ mapping, records, held }: Batch): Promise<void> {
    for (const part of splitBySize(records)) {
      const isWhole = await this.#processPart({ mapping, records: part, held });
      if (!isWhole && isFifo(this.#queueArn)) break;
    }
    await held.giveBackAll();
  }

  /** False when some of it is to come again. */
  async #processPart(part: Batch): Promise<boolean> {
    const { mapping, held } = part;
    const ended = await this.#invoke(part);
    if (ended === undefined) return false;
    const ids = new Set(ended.records.map(({ id }) => id));
    const failed = failedOf(mapping, ended.outcome, ids);
    this.#lastResult = failed.size === 0 ? RESULTS.ok : RESULTS.failed;
    if (failed.size === ids.size) this.#pause();
    else this.#goOn();
    const count = this.#counterOf(mapping);
    count("FailedInvokeEventCount", failed.size);
    await held.delete(ids.difference(failed));
    count("DeletedEventCount", ids.size - failed.size);
    await held.giveBack(failed, ended.startedMs);
    return failed.size === 0;
  }

  /** Holds a throttled part until it is let in. Undefined when that will not be. */
  async #invoke({ mapping, records, held }: Batch): Promise<Invoked | undefined> {
    const { scope, invoker, clock, places } = this.#options;
    let throttles = 0;
    const onAdmitted = (): void => {
      if (throttles === 0) return;
      throttles = 0;
      this.#concurrency.admitted();
      this.#placeFreed.ring();
    };
    try {
      while (!this.#isStopped) {
        const found = await this.#target(mapping);
        if (found === undefined) break;
        const requestId = randomUUID();
        const startedMs = clock.nowMs();
        const ours = records.filter(({ id }) => held.has(id));
        const { left, looped, trace } = this.#traced(found, ours, requestId);
        await held.giveBack(looped, startedMs);
        if (left.length === 0) break;
        const outcome = await invoker.invoke({
          ...{ scope, requestId, onAdmitted },
          traceId: trace.header,
          origin: { trigger: "pubsub", callerSpanId: trace.callerSpanId },
          target: found.target,
          invokedArn: functionArn(scope, mapping.functionName, mapping.qualifier),
          payload: batchPayload(left),
          clientContext: undefined,
          wantsLogTail: false,
        });
        if (outcome.kind !== "throttled") {
          this.#counterOf(mapping)("InvokedEventCount", left.length);
          return { outcome, records: left, startedMs };
        }
        throttles++;
        if (throttles === 1) this.#concurrency.throttled();
        if (this.#isStopped) break;
        const waitMs = pauseMs(throttles, POLLER_LIMITS.throttlePauseMs);
        await places.wait(scope, mapping.functionName, waitMs);
      }
      return undefined;
    } finally {
      // It no longer waits for a place, whatever came of it.
      onAdmitted();
    }
  }

  /**
   * The invocation goes on with the chain of requests that this function has been part of most often. Messages of a loop stay
   * in the queue, and get to its dead-letter queue. Source: "Use Lambda recursive loop detection" page.
   */
  #traced({ target, shared }: ReaderTarget, records: readonly BatchRecord[], requestId: string): Traced {
    const { scope, clock, observe } = this.#options;
    const about = { scope, target, nowMs: clock.nowMs() };
    const left: BatchRecord[] = [];
    const looped: string[] = [];
    let longest = traceOf(undefined, requestId, about);
    for (const record of records) {
      const trace = traceOf(record.traceHeader, requestId, about);
      if (isLoop(shared, trace)) {
        looped.push(record.id);
        observe({ kind: "loopStopped", scope, functionName: target.name });
        continue;
      }
      left.push(record);
      if (left.length === 1 || trace.earlierRuns > longest.earlierRuns) longest = trace;
    }
    return { left, looped, trace: longest };
  }

  #pause(): void {
    this.#failures++;
    this.#pauseUntilMs = this.#options.clock.nowMs() + pauseMs(this.#failures, POLLER_LIMITS.failurePauseMs);
  }

  #goOn(): void {
    this.#failures = 0;
    this.#pauseUntilMs = 0;
    this.#changed.ring();
  }

  #counterOf(mapping: EventSourceMapping): EventCounter {
    return eventCounter(this.#options, this.#options.scope, mapping);
  }

  #target({ functionName, qualifier }: EventSourceMapping) {
    return this.#options.resolve(this.#options.scope, functionName, qualifier);
  }
}

function filtersOf({ settings }: EventSourceMapping): FilterPattern[] {
  return (settings.FilterCriteria?.Filters ?? []).map(({ Pattern }) => compilePattern(Pattern));
}

function failedOf(
  { settings }: EventSourceMapping,
  outcome: Ended,
  ids: ReadonlySet<string>,
): ReadonlySet<string> {
  if (outcome.kind === "functionError") return ids;
  const reports = settings.FunctionResponseTypes?.includes("ReportBatchItemFailures") === true;
  return reports ? failedItems(outcome.payload, ids) : new Set();
}
