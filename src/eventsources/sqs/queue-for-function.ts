/** Whether a queue can be polled for a function at all. */
import { ApiError, invalidParameter } from "../../errors/mod.ts";
import type { FunctionVersion } from "../../model/mod.ts";
import type { QueueSource } from "./queue-source.ts";

/** Throws InvalidParameterValueException. The text of a missing queue is recorded, the other reported by users. */
export async function checkQueue(
  queues: QueueSource,
  queueArn: string,
  { settings }: Pick<FunctionVersion, "settings">,
): Promise<void> {
  const seconds = (await visibilityMs(queues, queueArn)) / 1000;
  if (seconds >= settings.Timeout) return;
  throw invalidParameter(
    `Queue visibility timeout: ${seconds} seconds is less than Function timeout: ${settings.Timeout} seconds`,
  );
}

async function visibilityMs(queues: QueueSource, queueArn: string): Promise<number> {
  try {
    return await queues.visibilityMs(queueArn);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw invalidParameter(
      "Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue. " +
        "SQS Error Message: The specified queue does not exist.",
    );
  }
}
