/** RemovePermission: takes a statement out of the queue's policy. */
import type { RemovePermissionRequest } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { withoutPermission } from "../attributes/policy.ts";
import { changedAttributes } from "../attributes/queue-attributes.ts";
import { queueOf, required, type SqsDependencies } from "../dependencies.ts";

/** Throws QueueDoesNotExist, InvalidParameterValue. */
export function removePermission(dependencies: SqsDependencies): Operation<RemovePermissionRequest, void> {
  return async (request, context) => {
    const { queues } = dependencies;
    const queue = await queueOf(dependencies, context, request.QueueUrl);
    const label = required(request.Label, "Label");
    await queues.update(queue, ({ attributes }) => {
      const Policy = withoutPermission(attributes, label);
      return { attributes: changedAttributes(attributes, { Policy }), modifiedAtMs: queues.clock.nowMs() };
    });
  };
}
