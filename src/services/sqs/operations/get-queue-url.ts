/** GetQueueUrl. */
import type { GetQueueUrlRequest, GetQueueUrlResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { required, type SqsDependencies } from "../dependencies.ts";
import { queueDoesNotExist } from "../errors.ts";
import { queueUrl } from "../names.ts";

/** Throws QueueDoesNotExist. */
export function getQueueUrl({ queues }: SqsDependencies): Operation<GetQueueUrlRequest, GetQueueUrlResult> {
  return async (request, context) => {
    const name = required(request.QueueName, "QueueName");
    const accountId = request.QueueOwnerAWSAccountId ?? context.accountId;
    const queue = await queues.find({ accountId, region: context.region }, name);
    if (queue === undefined) throw queueDoesNotExist();
    return { QueueUrl: queueUrl(context.baseUrl, { accountId, name }) };
  };
}
