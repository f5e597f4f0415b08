/** A queue's attributes as the queue itself needs them. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { QueueRecord } from "../../../store/mod.ts";

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export interface QueueSettings {
  readonly isFifo: boolean;
  readonly delayMs: number;
  readonly visibilityMs: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly messageBytesMax: number;
  readonly hasContentDeduplication: boolean;
  /** Ids of duplicates are compared within a message group only. */
  readonly deduplicatesByGroup: boolean;
  readonly redrive: RedrivePolicy | undefined;
}

/** `attributes` are valid: they were checked when they were set. */
export function queueSettings({ attributes }: Pick<QueueRecord, "attributes">): QueueSettings {
  const seconds = (name: string, otherwise: number): number => Number(attributes[name] ?? otherwise) * 1000;
  return {
    isFifo: attributes["FifoQueue"] === "true",
    delayMs: seconds("DelaySeconds", 0),
    visibilityMs: seconds("VisibilityTimeout", SQS_LIMITS.visibilitySecondsDefault),
    retentionMs: seconds("MessageRetentionPeriod", SQS_LIMITS.retentionSecondsDefault),
    waitMs: seconds("ReceiveMessageWaitTimeSeconds", 0),
    messageBytesMax: Number(attributes["MaximumMessageSize"] ?? SQS_LIMITS.messageBytesMax),
    hasContentDeduplication: attributes["ContentBasedDeduplication"] === "true",
    deduplicatesByGroup: attributes["DeduplicationScope"] === "messageGroup",
    redrive: redriveOf(attributes["RedrivePolicy"]),
  };
}

function redriveOf(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined) return undefined;
  const policy = JSON.parse(text) as { deadLetterTargetArn: string; maxReceiveCount: number | string };
  return {
    deadLetterTargetArn: policy.deadLetterTargetArn,
    maxReceiveCount: Number(policy.maxReceiveCount),
  };
}
