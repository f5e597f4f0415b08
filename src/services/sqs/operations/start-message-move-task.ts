/** StartMessageMoveTask: sends what a dead-letter queue holds back to where it came from, or elsewhere. */
import type { StartMessageMoveTaskRequest, StartMessageMoveTaskResult } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { required, type SqsDependencies } from "../dependencies.ts";
import { invalidParameter, invalidParameterValue, resourceNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException, InvalidParameterValue (also when a task is running). */
export function startMessageMoveTask({
  queues,
  store,
  moveTasks,
}: SqsDependencies): Operation<StartMessageMoveTaskRequest, StartMessageMoveTaskResult> {
  return async (request) => {
    const sourceArn = required(request.SourceArn, "SourceArn");
    const { DestinationArn: destinationArn, MaxNumberOfMessagesPerSecond: rate } = request;
    const source = await queues.findByArn(sourceArn);
    if (source === undefined)
      throw resourceNotFound("The resource that you specified for the SourceArn parameter doesn't exist.");
    if (destinationArn !== undefined) {
      const destination = await queues.findByArn(destinationArn);
      if (destination === undefined) {
        throw resourceNotFound(
          "The resource that you specified for the DestinationArn parameter doesn't exist.",
        );
      }
      if (destination.settings.isFifo !== source.settings.isFifo) {
        throw invalidParameterValue("Source and destination must be queues of the same type.");
      }
      if (destination === source)
        throw invalidParameterValue("Source queue arn and destination queue arn are the same.");
    }
    if (rate !== undefined && (!Number.isInteger(rate) || rate < 1 || rate > SQS_LIMITS.moveRateMax)) {
      const reason = `You must specify a value between 1 and ${SQS_LIMITS.moveRateMax}.`;
      throw invalidParameter(rate, "MaxNumberOfMessagesPerSecond", reason);
    }
    const sources = await store.listQueues(source.record, { deadLetterArn: source.arn, limit: 1 });
    if (sources.length === 0) {
      throw invalidParameterValue("Source queue must be configured as a Dead Letter Queue.");
    }
    return { TaskHandle: await moveTasks.start(source, { destinationArn, rate }) };
  };
}
