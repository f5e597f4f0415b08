/** ListDeadLetterSourceQueues: whose dead-letter queue a queue is. */
import type {
  ListDeadLetterSourceQueuesRequest,
  ListDeadLetterSourceQueuesResult,
} from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { queueUrl } from "../names.ts";
import { pageOf } from "../paging.ts";

/** By name. Throws QueueDoesNotExist, InvalidParameterValue. */
export function listDeadLetterSourceQueues(
  dependencies: SqsDependencies,
): Operation<ListDeadLetterSourceQueuesRequest, ListDeadLetterSourceQueuesResult> {
  return async (request, context) => {
    const { afterName, limit } = pageOf(request);
    const target = await queueOf(dependencies, context, request.QueueUrl);
    const found = await dependencies.store.listQueues(target.record, {
      deadLetterArn: target.arn,
      afterName: afterName,
      limit: limit.items + 1,
    });
    const queues = found.slice(0, limit.items);
    const token = limit.tokenAfter(queues.at(-1)?.name, found.length > limit.items);
    return {
      queueUrls: queues.map((queue) => queueUrl(context.baseUrl, queue)),
      ...(token !== undefined && { NextToken: token }),
    };
  };
}
