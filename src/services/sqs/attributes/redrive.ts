/** RedrivePolicy and RedriveAllowPolicy: which queue takes what was received too often, and whose it takes. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { invalidAttributeValue, invalidPolicy } from "../errors.ts";
import { parseQueueArn } from "../names.ts";
import type { Queue } from "../queue/queue.ts";
import type { Queues } from "../queue/queues.ts";

/** Kept in one form. Throws InvalidParameterValue with AWS's texts. */
export function checkedRedrivePolicy(name: string, value: string): string {
  const policy = jsonObject(name, value);
  const { deadLetterTargetArn: arn, maxReceiveCount } = policy;
  if (arn === undefined) throw incomplete(name, value, "deadLetterTargetArn");
  if (maxReceiveCount === undefined) throw incomplete(name, value, "maxReceiveCount");
  const count = Number(maxReceiveCount);
  const countMax = SQS_LIMITS.maxReceiveCountMax;
  if (!Number.isInteger(count) || count < 1 || count > countMax) {
    const reason = `Invalid value for maxReceiveCount: ${maxReceiveCount}, valid values are from 1 to ${countMax} both inclusive.`;
    throw invalidPolicy(name, value, reason);
  }
  if (typeof arn !== "string" || parseQueueArn(arn) === undefined) {
    throw invalidPolicy(name, value, "Invalid value for deadLetterTargetArn.");
  }
  return JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: count });
}

/** Throws InvalidParameterValue; the texts are assumed, the rules documented. */
export function checkedRedriveAllowPolicy(name: string, value: string): string {
  const { redrivePermission, sourceQueueArns } = jsonObject(name, value);
  if (!["allowAll", "denyAll", "byQueue"].includes(String(redrivePermission))) {
    throw invalidPolicy(name, value, "Invalid value for redrivePermission.");
  }
  const hasSources = Array.isArray(sourceQueueArns) && sourceQueueArns.length > 0;
  if (hasSources !== (redrivePermission === "byQueue")) {
    throw invalidPolicy(
      name,
      value,
      "sourceQueueArns belong to the redrivePermission byQueue, and only to it.",
    );
  }
  if (!hasSources) return JSON.stringify({ redrivePermission });
  if (sourceQueueArns.length > SQS_LIMITS.redriveSourcesMax) {
    throw invalidPolicy(
      name,
      value,
      `No more than ${SQS_LIMITS.redriveSourcesMax} sourceQueueArns may be given.`,
    );
  }
  if (sourceQueueArns.some((arn) => typeof arn !== "string" || parseQueueArn(arn) === undefined)) {
    throw invalidPolicy(name, value, "Invalid value for sourceQueueArns.");
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
  const target = await queues.findByArn(deadLetterTargetArn);
  const refuse = (reason: string) => invalidPolicy("RedrivePolicy", policy, reason);
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

function jsonObject(name: string, value: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) {
      return parsed as Record<string, unknown>;
    }
  } catch {
    // The same refusal as for JSON that is no object.
  }
  throw invalidAttributeValue(name);
}

function incomplete(name: string, value: string, member: string): Error {
  return invalidPolicy(name, value, `Redrive policy does not contain mandatory attribute: ${member}.`);
}
