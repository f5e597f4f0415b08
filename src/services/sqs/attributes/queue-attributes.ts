/** Attributes of queues: which there are, what they may be, and what is shown where nothing was set. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import {
  fifoOnlyAttribute,
  invalidAttributeValue,
  twoKindsOfEncryption,
  unknownAttribute,
} from "../errors.ts";
import { checkedPolicy } from "./policy.ts";
import { checkedRedriveAllowPolicy, checkedRedrivePolicy } from "./redrive.ts";

const {
  delaySecondsMax,
  messageBytesMin,
  messageBytesMax,
  retentionSecondsMin,
  retentionSecondsMax,
  waitSecondsMax,
  visibilitySecondsMax,
  keyReuseSecondsMin,
  keyReuseSecondsMax,
} = SQS_LIMITS;

interface Rule {
  /** Throws; the result is what is kept. */
  readonly check: (name: string, value: string) => string;
  /** Shown where nothing was set; undefined shows nothing. */
  readonly otherwise?: string;
  readonly isFifoOnly?: boolean;
}

/** Source of bounds and defaults: CreateQueue page of the API reference. */
const RULES: Readonly<Record<string, Rule>> = {
  VisibilityTimeout: { check: whole(0, visibilitySecondsMax), otherwise: "30" },
  MaximumMessageSize: { check: whole(messageBytesMin, messageBytesMax), otherwise: String(messageBytesMax) },
  MessageRetentionPeriod: { check: whole(retentionSecondsMin, retentionSecondsMax), otherwise: "345600" },
  DelaySeconds: { check: whole(0, delaySecondsMax), otherwise: "0" },
  ReceiveMessageWaitTimeSeconds: { check: whole(0, waitSecondsMax), otherwise: "0" },
  Policy: { check: checkedPolicy },
  RedrivePolicy: { check: checkedRedrivePolicy },
  RedriveAllowPolicy: { check: checkedRedriveAllowPolicy },
  KmsMasterKeyId: { check: (_name, value) => value },
  KmsDataKeyReusePeriodSeconds: { check: whole(keyReuseSecondsMin, keyReuseSecondsMax) },
  SqsManagedSseEnabled: { check: oneOf("true", "false"), otherwise: "true" },
  FifoQueue: { check: oneOf("true"), isFifoOnly: true },
  ContentBasedDeduplication: { check: oneOf("true", "false"), otherwise: "false", isFifoOnly: true },
  DeduplicationScope: { check: oneOf("queue", "messageGroup"), otherwise: "queue", isFifoOnly: true },
  FifoThroughputLimit: {
    check: oneOf("perQueue", "perMessageGroupId"),
    otherwise: "perQueue",
    isFifoOnly: true,
  },
};

/** Standard queues refuse these in words of their own (quoted from AWS by users). */
const HIGH_THROUGHPUT = new Set(["DeduplicationScope", "FifoThroughputLimit"]);

/** These are emptied by an empty text (documented for policies). */
const MAY_BE_EMPTY = new Set(["Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"]);

export const COMPUTED_ATTRIBUTES = [
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesNotVisible",
  "ApproximateNumberOfMessagesDelayed",
  "CreatedTimestamp",
  "LastModifiedTimestamp",
  "QueueArn",
] as const;

export type Attributes = Readonly<Record<string, string>>;

/** What is asked for and what is set now, checked. Throws InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue. */
export function checkedAttributes(given: Attributes, isFifo: boolean): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) throw unknownAttribute(name);
    if (rule.isFifoOnly && !isFifo) {
      throw HIGH_THROUGHPUT.has(name) ? fifoOnlyAttribute(name) : unknownAttribute(name);
    }
    checked[name] = value === "" && MAY_BE_EMPTY.has(name) ? "" : rule.check(name, value);
  }
  return checked;
}

/** The attributes of a queue after a change that was checked. Throws InvalidAttributeName, InvalidAttributeValue where two do not fit together. */
export function changedAttributes(before: Attributes, change: Attributes): Record<string, string> {
  const after: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...before, ...change })) if (value !== "") after[name] = value;
  if (after["KmsMasterKeyId"] !== undefined && change["SqsManagedSseEnabled"] === "true") {
    throw twoKindsOfEncryption();
  }
  if (change["KmsMasterKeyId"]) after["SqsManagedSseEnabled"] = "false";
  const isByGroup = after["DeduplicationScope"] === "messageGroup";
  if (after["FifoThroughputLimit"] === "perMessageGroupId" && !isByGroup) {
    throw invalidAttributeValue(
      "FifoThroughputLimit",
      "To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup.",
    );
  }
  return after;
}

/** The first name whose value is another one than the queue has; undefined when there is none. */
export function differingAttribute(given: Attributes, existing: Attributes): string | undefined {
  const shown = shownSettings(existing);
  return Object.keys(given).find((name) => (given[name] || undefined) !== shown[name]);
}

/** What was set, and the defaults of the rest. */
export function shownSettings(attributes: Attributes): Record<string, string> {
  const isFifo = attributes["FifoQueue"] === "true";
  const shown: Record<string, string> = {};
  for (const [name, { otherwise, isFifoOnly }] of Object.entries(RULES)) {
    const value = attributes[name] ?? (isFifoOnly && !isFifo ? undefined : otherwise);
    if (value !== undefined) shown[name] = value;
  }
  if (shown["KmsMasterKeyId"] !== undefined) {
    shown["KmsDataKeyReusePeriodSeconds"] ??= String(SQS_LIMITS.keyReuseSecondsDefault);
  }
  return shown;
}

export function isAttribute(name: string): boolean {
  return Object.hasOwn(RULES, name) || (COMPUTED_ATTRIBUTES as readonly string[]).includes(name);
}

function whole(min: number, max: number): Rule["check"] {
  return (name, value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max) throw invalidAttributeValue(name);
    return String(number);
  };
}

function oneOf(...values: readonly string[]): Rule["check"] {
  return (name, value) => {
    if (!values.includes(value)) throw invalidAttributeValue(name);
    return value;
  };
}
