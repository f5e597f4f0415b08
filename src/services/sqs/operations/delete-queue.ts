/** DeleteQueue. */
import type { DeleteQueueRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";

/** With all its messages; its name is free again after a minute. Throws QueueDoesNotExist. */
export function deleteQueue(dependencies: SqsDependencies): Operation<DeleteQueueRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    await dependencies.moveTasks.forget(queue);
    await dependencies.queues.delete(queue);
  };
}
