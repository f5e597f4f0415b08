/** RedrivePolicy and RedriveAllowPolicy: which queue takes what was received too often, and whose it takes. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { invalidAttributeValue, invalidPolicy } from "../errors.ts";
import { parseQueueArn } from "../names.ts";
import type { Queue } from "../queue/queue.ts";
import type { Queues } from "../queue/queues.ts";

/** Kept in one form. Throws InvalidParameterValue with AWS's texts. */
export function checkedRedrivePolicy(name: string, value: string): string {
  const policy = jsonObject(value);
  if (policy === undefined) throw invalidAttributeValue(name, "Redrive policy is not a valid JSON map.");
  const { deadLetterTargetArn: arn, maxReceiveCount, ...others } = policy;
  if (arn === undefined) throw incomplete(name, value, "deadLetterTargetArn");
  if (maxReceiveCount === undefined) throw incomplete(name, value, "maxReceiveCount");
  if (Object.keys(others).length > 0) {
    const reason = "Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].";
    throw invalidPolicy(name, value, reason);
  }
  const count = Number(maxReceiveCount);
  const countMax = SQS_LIMITS.maxReceiveCountMax;
  if (!Number.isInteger(count) || count < 1 || count > countMax) {
    const reason = `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to ${countMax} both inclusive.`;
    throw invalidPolicy(name, value, reason);
  }
  if (typeof arn === "string" && /^arn:[^:]+:(?!sqs:)/.test(arn)) {
    throw invalidPolicy(name, value, "Only SQS queues are valid resources for deadLetterTargetArn");
  }
  if (typeof arn !== "string" || parseQueueArn(arn) === undefined) {
    throw invalidPolicy(name, value, "Invalid value for deadLetterTargetArn.");
  }
  return JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: count });
}

const NO_POLICY = "Amazon SQS can't create the redrive allow policy";

/** Throws InvalidAttributeValue, InvalidParameterValue. The texts are quoted from AWS by other people's tests against it. */
export function checkedRedriveAllowPolicy(name: string, value: string): string {
  const { redrivePermission, sourceQueueArns, ...others } = jsonObject(value) ?? {};
  const isKnown = ["allowAll", "denyAll", "byQueue"].includes(String(redrivePermission));
  const areTexts =
    sourceQueueArns === undefined || (Array.isArray(sourceQueueArns) && sourceQueueArns.every(isQueueArn));
  if (!isKnown || !areTexts || Object.keys(others).length > 0) {
    throw invalidAttributeValue(name, `${NO_POLICY}, as it’s in an unsupported format.`);
  }
  const hasSources = Array.isArray(sourceQueueArns) && sourceQueueArns.length > 0;
  if (hasSources !== (redrivePermission === "byQueue")) {
    const reason = hasSources
      ? "To specify one or more source queue ARNs, you must set redrivePermission to byQueue."
      : "When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.";
    throw invalidPolicy(name, value, `${NO_POLICY}. ${reason}`);
  }
  if (!hasSources) return JSON.stringify({ redrivePermission });
  if (sourceQueueArns.length > SQS_LIMITS.redriveSourcesMax) {
    const reason = `The maximum number of source queue ARNs you can specify is ${SQS_LIMITS.redriveSourcesMax}.`;
    throw invalidPolicy(name, value, `${NO_POLICY}. ${reason}`);
  }
  return JSON.stringify({ redrivePermission, sourceQueueArns });
}

/** Whether the dead-letter queue exists, is of the same kind and takes this queue's messages. Throws InvalidParameterValue. */
export async function checkDeadLetterQueue(
  queues: Queues,
  source: { readonly arn: string; readonly isFifo: boolean },
  policy: string | undefined,
): Promise<void> {
  if (!policy) return;
  const { deadLetterTargetArn } = JSON.parse(policy) as { deadLetterTargetArn: string };
  const refuse = (reason: string) => invalidPolicy("RedrivePolicy", policy, reason);
  const [home, away] = [parseQueueArn(source.arn), parseQueueArn(deadLetterTargetArn)];
  if (home?.region !== away?.region) {
    throw refuse("Dead-letter target must be in same region as the source.");
  }
  if (home?.accountId !== away?.accountId) {
    throw refuse("Dead-letter target owner should be same as the source.");
  }
  const target = await queues.findByArn(deadLetterTargetArn);
  if (target === undefined) throw refuse("Dead letter target does not exist.");
  if (target.settings.isFifo !== source.isFifo) {
    throw refuse("Dead-letter queue must be same type of queue as the source.");
  }
  if (!takesFrom(target, source.arn))
    throw refuse("The dead-letter queue's RedriveAllowPolicy does not allow it.");
}

function takesFrom(target: Queue, sourceArn: string): boolean {
  const text = target.record.attributes["RedriveAllowPolicy"];
  if (text === undefined) return true;
  const policy = JSON.parse(text) as { redrivePermission: string; sourceQueueArns?: string[] };
  if (policy.redrivePermission === "byQueue") return policy.sourceQueueArns?.includes(sourceArn) ?? false;
  return policy.redrivePermission === "allowAll";
}

function isQueueArn(arn: unknown): boolean {
  return typeof arn === "string" && parseQueueArn(arn) !== undefined;
}

function jsonObject(value: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // As good as JSON that is no object.
  }
  return undefined;
}

function incomplete(name: string, value: string, member: string): Error {
  return invalidPolicy(name, value, `Redrive policy does not contain mandatory attribute: ${member}.`);
}
