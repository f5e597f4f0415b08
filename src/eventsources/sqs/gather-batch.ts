/** Gathers one batch from a queue: until it is full, its window is over, or it is as large as one invocation may be. */
import { LAMBDA_LIMITS, POLLER_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { EventCounter } from "../event-counts.ts";
import { type FilterPattern, matchesAny } from "../filter/filter-pattern.ts";
import type { HeldMessages } from "./held-messages.ts";
import type { QueueSource } from "./queue-source.ts";
import { filteredView, sqsRecord } from "./sqs-record.ts";

export interface GatherOptions {
  readonly queues: QueueSource;
  readonly queueArn: string;
  readonly clock: Clock;
  readonly held: HeldMessages;
  readonly filters: readonly FilterPattern[];
  readonly batchSize: number;
  /** From the first message of the batch. */
  readonly windowMs: number;
  /** Told of what was received, and of what no filter matched. */
  readonly count: EventCounter;
  /** Ends it with what is there. */
  readonly signal: AbortSignal;
}

export interface BatchRecord {
  readonly id: string;
  readonly json: Buffer;
  /** Of its sender's chain of requests. */
  readonly traceHeader: string | undefined;
}

/** None when no message came. Those that no filter matches are deleted on the way. Throws an ApiError when there is no queue. */
export async function gatherBatch(options: GatherOptions): Promise<BatchRecord[]> {
  const { queues, queueArn, clock, held, batchSize, windowMs, signal, count } = options;
  const records: BatchRecord[] = [];
  let bytes = 0;
  let deadlineMs = Number.POSITIVE_INFINITY;
  while (!signal.aborted) {
    const waitMs = Math.min(POLLER_LIMITS.longPollMs, deadlineMs - clock.nowMs());
    if (waitMs < 0) break;
    const messages = await queues.receive(queueArn, {
      count: Math.min(LAMBDA_LIMITS.sqsReceiveMessagesMax, batchSize - records.length),
      visibilityMs: held.holdMs,
      waitMs,
      whenGone: (listener) => whenAborted(signal, listener),
    });
    held.add(messages);
    count("PolledEventCount", messages.length);
    const refused: string[] = [];
    for (const message of messages) {
      const record = sqsRecord(queueArn, message);
      if (!matchesAny(options.filters, filteredView(record))) {
        refused.push(message.head.id);
        continue;
      }
      const json = Buffer.from(JSON.stringify(record));
      records.push({ id: message.head.id, json, traceHeader: message.head.traceHeader });
      bytes += json.length + 1;
    }
    count("FilteredOutEventCount", refused.length);
    if (refused.length > 0) await held.delete(refused);
    if (records.length === 0) {
      if (messages.length === 0) break;
      continue;
    }
    if (deadlineMs === Number.POSITIVE_INFINITY) deadlineMs = clock.nowMs() + windowMs;
    const isFull = records.length >= batchSize || bytes >= LAMBDA_LIMITS.invokePayloadBytesMax;
    if (isFull || clock.nowMs() >= deadlineMs) break;
  }
  return records;
}

function whenAborted(signal: AbortSignal, listener: () => void): () => void {
  signal.addEventListener("abort", listener, { once: true });
  return () => signal.removeEventListener("abort", listener);
}
