/** GetQueueAttributes. */
import type { GetQueueAttributesRequest, GetQueueAttributesResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { isAttribute, shownSettings } from "../attributes/queue-attributes.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { unknownAttribute } from "../errors.ts";
import type { Queue } from "../queue/queue.ts";

/** Nothing is shown unless it is asked for. Throws QueueDoesNotExist, InvalidAttributeName. */
export function getQueueAttributes(
  dependencies: SqsDependencies,
): Operation<GetQueueAttributesRequest, GetQueueAttributesResult> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const names: readonly string[] = request.AttributeNames ?? [];
    const unknown = names.find((name) => name !== "All" && !isAttribute(name));
    if (unknown !== undefined) throw unknownAttribute(unknown);
    if (names.length === 0) return {};
    const shown = await allAttributes(queue);
    const wanted = names.includes("All") ? Object.keys(shown) : names;
    const chosen = wanted.flatMap((name) => (shown[name] === undefined ? [] : [[name, shown[name]]]));
    return { Attributes: Object.fromEntries(chosen) };
  };
}

async function allAttributes(queue: Queue): Promise<Record<string, string>> {
  const { createdAtMs, modifiedAtMs, attributes } = queue.record;
  const counts = await queue.counts();
  const seconds = (timeMs: number): string => String(Math.floor(timeMs / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: seconds(createdAtMs),
    LastModifiedTimestamp: seconds(modifiedAtMs),
    ...shownSettings(attributes),
  };
}
