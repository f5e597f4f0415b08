/** PurgeQueue. */
import type { PurgeQueueRequest } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { purgeInProgress, queueDoesNotExist } from "../errors.ts";
import type { Queue } from "../queue/queue.ts";

/** Once in a minute at most. Throws QueueDoesNotExist, PurgeQueueInProgress. */
export function purgeQueue(dependencies: SqsDependencies): Operation<PurgeQueueRequest, void> {
  const purgedAtMs = new WeakMap<Queue, number>();
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const nowMs = dependencies.queues.clock.nowMs();
    const lastMs = purgedAtMs.get(queue) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs < SQS_LIMITS.purgePauseMs) throw purgeInProgress(queue.record.name);
    purgedAtMs.set(queue, nowMs);
    if (!(await queue.purge())) throw queueDoesNotExist();
  };
}
