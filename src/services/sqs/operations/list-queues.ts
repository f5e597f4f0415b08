/** ListQueues. */
import type { ListQueuesRequest, ListQueuesResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import type { SqsDependencies } from "../dependencies.ts";
import { queueUrl } from "../names.ts";
import { pageOf } from "../paging.ts";

/** By name. A token comes only where MaxResults was given (documented). Throws InvalidParameterValue. */
export function listQueues({ store }: SqsDependencies): Operation<ListQueuesRequest, ListQueuesResult> {
  return async (request, context) => {
    const { afterName, limit } = pageOf(request);
    const found = await store.listQueues(context, {
      prefix: request.QueueNamePrefix,
      afterName: afterName,
      limit: limit.items + 1,
    });
    const queues = found.slice(0, limit.items);
    const token = limit.tokenAfter(queues.at(-1)?.name, found.length > limit.items);
    return {
      ...(queues.length > 0 && { QueueUrls: queues.map((queue) => queueUrl(context.baseUrl, queue)) }),
      ...(token !== undefined && { NextToken: token }),
    };
  };
}
