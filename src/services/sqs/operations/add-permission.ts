/** AddPermission: a statement of the queue's policy. */
import type { AddPermissionRequest } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { withPermission } from "../attributes/policy.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";
import { invalidParameter, missingParameter, overLimit } from "../errors.ts";

const LABEL = /^[A-Za-z0-9_-]{1,80}$/;
const ACCOUNT = /^\d{12}$/;
/** Those that a permission may be given for. Source: AddPermission page. */
const ACTIONS = new Set([
  ...["*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl"],
  ...["ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage"],
]);

/** Throws QueueDoesNotExist, MissingParameter, InvalidParameterValue, OverLimit. */
export function addPermission(dependencies: SqsDependencies): Operation<AddPermissionRequest, void> {
  return async (request, context) => {
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const label = required(request.Label, "Label");
    const accountIds = required(request.AWSAccountIds, "AWSAccountIds");
    const actions = required(request.Actions, "Actions");
    if (actions.length === 0) throw missingParameter("Actions");
    if (accountIds.length === 0) throw missingParameter("AWSAccountIds");
    if (!LABEL.test(label)) {
      throw invalidParameter(
        label,
        "Label",
        "Must be alphanumeric characters, hyphens, or underscores. 1 to 80 in length.",
      );
    }
    const account = accountIds.find((id) => !ACCOUNT.test(id));
    if (account !== undefined) throw invalidParameter(account, "PrincipalId", "Unable to verify.");
    const action = actions.find((name) => !ACTIONS.has(name));
    if (action !== undefined) {
      throw invalidParameter(
        `SQS:${action}`,
        "ActionName",
        "Only the queue owner is allowed to invoke this action.",
      );
    }
    const actionsMax = SQS_LIMITS.policyActionsMax;
    if (actions.length > actionsMax) {
      throw overLimit(`${actions.length} Actions were found, maximum allowed is ${actionsMax}.`);
    }
    const { queues } = dependencies;
    await queues.update(queue, ({ attributes }) => {
      const Policy = withPermission(attributes, { label, accountIds, actions, queueArn: queue.arn });
      return { attributes: { ...attributes, Policy }, modifiedAtMs: queues.clock.nowMs() };
    });
  };
}
