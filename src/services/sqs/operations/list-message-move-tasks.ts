/** ListMessageMoveTasks: the latest of a queue, newest first. */
import type { ListMessageMoveTasksRequest, ListMessageMoveTasksResult } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { required, type SqsDependencies } from "../dependencies.ts";
import { invalidParameter, resourceNotFound } from "../errors.ts";

/** One unless more are asked for (documented). Throws ResourceNotFoundException, InvalidParameterValue. */
export function listMessageMoveTasks({
  queues,
  moveTasks,
}: SqsDependencies): Operation<ListMessageMoveTasksRequest, ListMessageMoveTasksResult> {
  return async (request) => {
    const source = await queues.findByArn(required(request.SourceArn, "SourceArn"));
    if (source === undefined) {
      throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    }
    const { MaxResults: limit = 1 } = request;
    if (!Number.isInteger(limit) || limit < 1 || limit > SQS_LIMITS.moveTasksListed) {
      const reason = `You must specify a value between 1 and ${SQS_LIMITS.moveTasksListed}.`;
      throw invalidParameter(limit, "MaxResults", reason);
    }
    return { Results: await moveTasks.list(source, limit) };
  };
}
