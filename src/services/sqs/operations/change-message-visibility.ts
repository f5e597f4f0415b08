/** ChangeMessageVisibility. */
import type { ChangeMessageVisibilityRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";
import { receiptOf, visibilityMsOf } from "../receipts.ts";

/** Counts from now; zero makes it visible at once. Throws QueueDoesNotExist, ReceiptHandleIsInvalid, InvalidParameterValue. */
export function changeMessageVisibility(
  dependencies: SqsDependencies,
): Operation<ChangeMessageVisibilityRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const receipt = receiptOf(queue, request.ReceiptHandle);
    await queue.changeVisibility(receipt, visibilityMsOf(request.VisibilityTimeout));
  };
}
