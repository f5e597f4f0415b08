/** The settings of a queue that somebody edits, as text fields hold them, and as SQS wants them. */
import type { QueueFacts } from "./sqs.ts";

export interface QueueDraft {
  readonly visibilitySeconds: string;
  readonly retentionSeconds: string;
  readonly delaySeconds: string;
  readonly waitSeconds: string;
  readonly messageBytesMax: string;
  /** FIFO queues only. */
  readonly isDeduplicatedByContent: boolean;
  /** Empty: no dead-letter queue. */
  readonly deadLetterArn: string;
  readonly receiveCountMax: string;
}

type NumberKey = Exclude<keyof QueueDraft, "isDeduplicatedByContent" | "deadLetterArn">;

export interface NumberSetting {
  readonly key: NumberKey;
  /** Undefined: part of the redrive policy. */
  readonly attribute: string | undefined;
  readonly label: string;
  readonly description: string;
  readonly min: number;
  readonly max: number;
}

export const NUMBER_SETTINGS: readonly NumberSetting[] = [
  {
    key: "visibilitySeconds",
    attribute: "VisibilityTimeout",
    label: "Visibility timeout (seconds)",
    description: "How long a message that was received stays hidden from others.",
    min: 0,
    max: 43_200,
  },
  {
    key: "retentionSeconds",
    attribute: "MessageRetentionPeriod",
    label: "Retention (seconds)",
    description: "How long a message is kept when nobody deletes it.",
    min: 60,
    max: 1_209_600,
  },
  {
    key: "delaySeconds",
    attribute: "DelaySeconds",
    label: "Delivery delay (seconds)",
    description: "How long a new message waits before anybody can receive it.",
    min: 0,
    max: 900,
  },
  {
    key: "waitSeconds",
    attribute: "ReceiveMessageWaitTimeSeconds",
    label: "Receive wait time (seconds)",
    description: "How long a receive waits for a message to come; 0 is short polling.",
    min: 0,
    max: 20,
  },
  {
    key: "messageBytesMax",
    attribute: "MaximumMessageSize",
    label: "Maximum message size (bytes)",
    description: "Larger messages are refused.",
    min: 1024,
    max: 1_048_576,
  },
];

export const RECEIVE_COUNT: NumberSetting = {
  key: "receiveCountMax",
  attribute: undefined,
  label: "Maximum receives",
  description: "A message received more often than this goes to the dead-letter queue.",
  min: 1,
  max: 1000,
};

export const NEW_QUEUE: QueueDraft = {
  visibilitySeconds: "30",
  retentionSeconds: "345600",
  delaySeconds: "0",
  waitSeconds: "0",
  messageBytesMax: "1048576",
  isDeduplicatedByContent: false,
  deadLetterArn: "",
  receiveCountMax: "10",
};

export function draftOf({ attributes, redrive }: QueueFacts): QueueDraft {
  const text = (name: string): string => attributes[name] ?? "";
  return {
    visibilitySeconds: text("VisibilityTimeout"),
    retentionSeconds: text("MessageRetentionPeriod"),
    delaySeconds: text("DelaySeconds"),
    waitSeconds: text("ReceiveMessageWaitTimeSeconds"),
    messageBytesMax: text("MaximumMessageSize"),
    isDeduplicatedByContent: text("ContentBasedDeduplication") === "true",
    deadLetterArn: redrive?.deadLetterArn ?? "",
    receiveCountMax: String(redrive?.receiveCountMax ?? NEW_QUEUE.receiveCountMax),
  };
}

/** Why a field's text cannot be sent; undefined when it can. */
export function problemOf(setting: NumberSetting, text: string): string | undefined {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= setting.min && value <= setting.max) return undefined;
  return `A whole number from ${setting.min.toLocaleString("en")} to ${setting.max.toLocaleString("en")}.`;
}

export function isSendable(draft: QueueDraft): boolean {
  const settings = draft.deadLetterArn === "" ? NUMBER_SETTINGS : [...NUMBER_SETTINGS, RECEIVE_COUNT];
  return settings.every((setting) => problemOf(setting, draft[setting.key]) === undefined);
}

/** For SetQueueAttributes and CreateQueue; what is as it was in `old` is left out. */
export function attributesOf(draft: QueueDraft, isFifo: boolean, old?: QueueDraft): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const { key, attribute } of NUMBER_SETTINGS) {
    if (attribute !== undefined && draft[key] !== old?.[key]) attributes[attribute] = draft[key];
  }
  if (isFifo && draft.isDeduplicatedByContent !== (old?.isDeduplicatedByContent ?? false)) {
    attributes["ContentBasedDeduplication"] = String(draft.isDeduplicatedByContent);
  }
  const redrive = redriveText(draft);
  if (redrive !== (old === undefined ? "" : redriveText(old))) attributes["RedrivePolicy"] = redrive;
  return attributes;
}

/** Empty text takes a policy away. */
function redriveText({ deadLetterArn, receiveCountMax }: QueueDraft): string {
  if (deadLetterArn === "") return "";
  return JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: Number(receiveCountMax) });
}
