/** CancelMessageMoveTask: what was moved stays moved. */
import type { CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { required, type SqsDependencies } from "../dependencies.ts";

/** Throws InvalidParameterValue, ResourceNotFoundException when no such task is running. */
export function cancelMessageMoveTask({
  moveTasks,
}: SqsDependencies): Operation<CancelMessageMoveTaskRequest, CancelMessageMoveTaskResult> {
  return async (request) => {
    const moved = await moveTasks.cancel(required(request.TaskHandle, "TaskHandle"));
    return { ApproximateNumberOfMessagesMoved: moved };
  };
}
