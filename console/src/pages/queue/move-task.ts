/** Moving messages out of a dead-letter queue: what ListMessageMoveTasks tells of it. */
import type { ListMessageMoveTasksResultEntry } from "@aws-sdk/client-sqs";

export function isRunning(task: ListMessageMoveTasksResultEntry): boolean {
  return task.Status === "RUNNING" || task.Status === "CANCELLING";
}

/** 0 to 100. */
export function percentMoved(task: ListMessageMoveTasksResultEntry): number {
  const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
  const whole = task.ApproximateNumberOfMessagesToMove ?? 0;
  return whole === 0 ? (isRunning(task) ? 0 : 100) : Math.min(100, Math.round((moved / whole) * 100));
}

export function statusWords(task: ListMessageMoveTasksResultEntry): string {
  switch (task.Status) {
    case "RUNNING":
      return "Running";
    case "CANCELLING":
      return "Being cancelled";
    case "CANCELLED":
      return "Cancelled";
    case "COMPLETED":
      return "Completed";
    case "FAILED":
      return task.FailureReason === undefined ? "Failed" : `Failed: ${task.FailureReason}`;
    default:
      return task.Status ?? "Not known";
  }
}
