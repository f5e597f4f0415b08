/**
 * One lane of a shard: its records go to the function in order, one batch at a time.
 *
 *   waiting ──full, or its window is over──▶ batch ──success──▶ done: the checkpoint moves
 *                                           ▲  │ └──too old──▶ told to the destination ──▶ done
 *                                           │  ▼
 *                            left, perhaps in halves ◀── failed ──attempts used up──▶ told to the destination ──▶ done
 *
 * A batch that is interrupted by the end of the generation is done as far as it is; the rest is read again.
 */
import { randomUUID } from "node:crypto";
import { LAMBDA_LIMITS, POLLER_LIMITS } from "../../config/mod.ts";
import { Undeliverable } from "../../dataplane/mod.ts";
import { functionArn } from "../../model/mod.ts";
import { batchPayload, PAYLOAD_FRAME_BYTES, payloadBytesOf } from "../batch-payload.ts";
import { failedItems } from "../batch-response.ts";
import { pauseMs } from "../pause.ts";
import { RESULTS } from "../reader.ts";
import type { WakeUp } from "../wake-up.ts";
import { type Attempted, afterAttempt } from "./after-attempt.ts";
import { BatchInvoker, type BatchOutcome } from "./batch-invoker.ts";
import { deliverFailure, type FailureCondition } from "./failure-record.ts";
import type { ShardContext } from "./shard-context.ts";
import type { Place } from "./shard-progress.ts";
import type { ReadRecord } from "./stream-source.ts";
import type { WindowOfLane } from "./window-of-lane.ts";

/** A record that was read for this lane. */
export interface Taken {
  readonly record: ReadRecord;
  readonly place: Place;
  readonly takenAtMs: number;
}

export interface LaneOptions {
  readonly context: ShardContext;
  readonly shardId: string;
  /** They are done with: resolves when that is durable. */
  readonly done: (taken: readonly Taken[]) => Promise<void>;
  /** Of the shard, where records are gathered in tumbling windows. */
  readonly window: WindowOfLane | undefined;
}

type Batch = Attempted<Taken>;

export class Lane {
  readonly #options: LaneOptions;
  readonly #context: ShardContext;
  readonly #invoker: BatchInvoker;
  /** Something was added, the lane was closed, or the generation is over. */
  readonly #changed: WakeUp;
  readonly #waiting: Taken[] = [];
  #isClosed = false;
  /** In a row. */
  #failures = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#context = options.context;
    this.#invoker = new BatchInvoker(options.context);
    this.#changed = options.context.generation.wakeUp();
  }

  add(taken: Taken): void {
    this.#waiting.push(taken);
    this.#changed.ring();
  }

  /** All that had arrived by then has been added. */
  caughtUp(atMs: number): void {
    if (this.#options.window?.caughtUp(atMs) === true) this.#changed.ring();
  }

  /** Nothing will be added any more. */
  close(): void {
    this.#isClosed = true;
    this.#changed.ring();
  }

  /** Resolves when the generation is over, or the lane is closed and empty. */
  async run(): Promise<void> {
    const { generation } = this.#context;
    while (!generation.isOver) {
      const ending = this.#options.window?.ending(this.#waiting[0]?.record.arrivedAtMs, this.#isClosed);
      if (ending !== undefined) {
        await this.#endWindow(ending.isEarly);
        continue;
      }
      const batch = await this.#gather();
      if (batch === undefined) {
        if (this.#isClosed && this.#waiting.length === 0 && this.#options.window?.isOpen !== true) return;
        continue;
      }
      await this.#process({ records: batch, attempts: 0 });
    }
  }

  /** The next batch, when it is full or its window is over; undefined when something else may be to do first. */
  async #gather(): Promise<Taken[] | undefined> {
    const { clock, mapping } = this.#context;
    const first = this.#waiting[0];
    if (first === undefined) {
      if (!this.#isClosed) await this.#changed.wait();
      return undefined;
    }
    this.#options.window?.openAt(first.record.arrivedAtMs);
    const { count, isFull } = this.#fitting();
    const gatherMs = (mapping.settings.MaximumBatchingWindowInSeconds ?? 0) * 1000;
    const waitMs = first.takenAtMs + gatherMs - clock.nowMs();
    if (isFull || this.#isClosed || waitMs <= 0) return this.#waiting.splice(0, count);
    await this.#changed.wait(waitMs);
    return undefined;
  }

  /** How many of those that wait make one batch. A record that is too large for an invocation is one by itself. */
  #fitting(): { count: number; isFull: boolean } {
    const { BatchSize } = this.#context.mapping.settings;
    const { window } = this.#options;
    let bytes = PAYLOAD_FRAME_BYTES + (window?.payloadBytesMax ?? 0);
    let count = 0;
    for (const { record } of this.#waiting) {
      bytes += payloadBytesOf(record);
      const isApart =
        bytes > LAMBDA_LIMITS.invokePayloadBytesMax || window?.isBefore(record.arrivedAtMs) === true;
      if (count > 0 && isApart) return { count, isFull: true };
      count++;
      if (count >= BatchSize) return { count, isFull: true };
    }
    return { count, isFull: false };
  }

  async #process(whole: Batch): Promise<void> {
    const { generation } = this.#context;
    const left = [whole];
    for (let batch = left.pop(); batch !== undefined && !generation.isOver; batch = left.pop()) {
      left.push(...(await this.#once(batch)).toReversed());
    }
  }

  /** What is left of a batch after one attempt, or one look at its age. */
  async #once(batch: Batch): Promise<readonly Batch[]> {
    const { generation, mapping, count, tell } = this.#context;
    const { window } = this.#options;
    const tooOld = this.#tooOld(batch);
    if (tooOld > 0) {
      const old = { records: batch.records.slice(0, tooOld), attempts: batch.attempts };
      await this.#giveUp("RecordAgeExceeded", old, undefined);
      const young = batch.records.slice(tooOld);
      return young.length === 0 ? [] : [{ records: young, attempts: batch.attempts }];
    }
    const records = batch.records.map(({ record }) => record);
    const last = records.at(-1)?.arrivedAtMs;
    const outcome = await this.#invoker.invoke(batchPayload(records, window?.members()), last);
    if (outcome === undefined) return [batch];
    count("InvokedEventCount", records.length);
    const failedFrom = this.#failedFrom(records, outcome);
    // An environment that was ended with the server says nothing of its batch.
    if (failedFrom !== undefined && generation.isOver) return [];
    const { done, exhausted, left, isRepeated } = afterAttempt(batch, failedFrom, mapping.settings);
    tell(failedFrom === undefined ? RESULTS.ok : RESULTS.failed);
    if (failedFrom !== undefined) count("FailedInvokeEventCount", records.length - failedFrom);
    if (done.length > 0) {
      window?.returned(outcome.payload);
      await this.#options.done(done);
    }
    if (exhausted !== undefined) await this.#giveUp("RetryAttemptsExhausted", exhausted, outcome);
    if (!isRepeated || done.length > 0) this.#failures = 0;
    if (isRepeated) {
      this.#failures++;
      await generation.wait(pauseMs(this.#failures, POLLER_LIMITS.failurePauseMs));
    }
    return left;
  }

  /** The first record that failed. */
  #failedFrom(records: readonly ReadRecord[], outcome: BatchOutcome): number | undefined {
    if (outcome.isFunctionError || this.#options.window?.accepts(outcome.payload) === false) return 0;
    const reports = this.#context.mapping.settings.FunctionResponseTypes;
    if (reports?.includes("ReportBatchItemFailures") !== true) return undefined;
    const numbers = records.map(({ sequenceNumber }) => sequenceNumber);
    const failed = failedItems(outcome.payload, new Set(numbers));
    const first = numbers.findIndex((number) => failed.has(number));
    return first < 0 ? undefined : first;
  }

  /** How many at the beginning. What was tried once may not be tried longer than the stream keeps it. */
  #tooOld({ records, attempts }: Batch): number {
    const { mapping, retentionMs, clock } = this.#context;
    const seconds = mapping.settings.MaximumRecordAgeInSeconds ?? -1;
    const asked = seconds < 0 ? Number.POSITIVE_INFINITY : seconds * 1000;
    const ageMsMax = attempts > 0 ? Math.min(asked, retentionMs) : asked;
    const oldestMs = clock.nowMs() - ageMsMax;
    const young = records.findIndex(({ record }) => record.arrivedAtMs >= oldestMs);
    return young < 0 ? records.length : young;
  }

  /** Told first, done then: what cannot be told now is not done. */
  async #giveUp(condition: FailureCondition, batch: Batch, outcome: BatchOutcome | undefined): Promise<void> {
    const { generation, count } = this.#context;
    for (let failures = 1; !generation.isOver; failures++) {
      if (await this.#tell(condition, batch, outcome)) {
        count("DroppedEventCount", batch.records.length);
        await this.#options.done(batch.records);
        return;
      }
      await generation.wait(pauseMs(failures, POLLER_LIMITS.failurePauseMs));
    }
  }

  /** False where it may be told another time. */
  async #tell(
    condition: FailureCondition,
    batch: Batch,
    outcome: BatchOutcome | undefined,
  ): Promise<boolean> {
    const { generation, mapping, scope, source, clock, destinations, observe, reportFault, count } =
      this.#context;
    const arn = mapping.settings.DestinationConfig?.OnFailure.Destination;
    if (arn === undefined || arn === "") return true;
    const records = batch.records.map(({ record }) => record);
    const { functionName, qualifier, uuid } = mapping;
    try {
      const delivery = deliverFailure(
        destinations,
        { scope, mappingId: uuid, arn },
        {
          ...{ condition, records },
          invokeCount: batch.attempts,
          requestId: outcome?.requestId ?? randomUUID(),
          functionArn: functionArn(scope, functionName, qualifier),
          response: outcome,
          streamArn: this.#context.streamArn,
          shardId: this.#options.shardId,
          batchInfo: source.batchInfo,
          nowMs: clock.nowMs(),
        },
        () => batchPayload(records),
      );
      const hasArrived = await generation.unlessOver(delivery.then(() => true));
      // Nobody knows: it is told again.
      if (hasArrived === undefined) return false;
      count("OnFailureDestinationDeliveredEventCount", records.length);
      return true;
    } catch (error) {
      reportFault(error, uuid);
      if (!(error instanceof Undeliverable)) return false;
      observe({ kind: "deliveryFailed", scope, functionName, what: "destination" });
      return true;
    }
  }

  /** Its last call; when the function fails for good, its state is lost with it. */
  async #endWindow(isEarly: boolean): Promise<void> {
    const { generation, mapping, tell } = this.#context;
    const { window } = this.#options;
    if (window === undefined) return;
    const retriesMax = mapping.settings.MaximumRetryAttempts ?? -1;
    for (let attempts = 0; !generation.isOver; ) {
      const outcome = await this.#invoker.invoke(batchPayload([], window.finalMembers(isEarly)), undefined);
      if (outcome === undefined) continue;
      if (outcome.isFunctionError) {
        if (generation.isOver) return;
        attempts++;
        tell(RESULTS.failed);
        if (retriesMax < 0 || attempts <= retriesMax) {
          await generation.wait(pauseMs(attempts, POLLER_LIMITS.failurePauseMs));
          continue;
        }
      } else tell(RESULTS.ok);
      window.close();
      await this.#options.done([]);
      return;
    }
  }
}
