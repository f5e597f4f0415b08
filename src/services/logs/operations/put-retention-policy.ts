/** PutRetentionPolicy: how many days a group keeps its events. */
import type { PutRetentionPolicyRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter } from "../errors.ts";

/** Source: PutRetentionPolicy page of the API reference. */
const DAYS_ALLOWED = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Throws ResourceNotFoundException, InvalidParameterException (text recall, after the pattern of other refusals). */
export function putRetentionPolicy({
  store,
  writer,
}: LogsDependencies): Operation<PutRetentionPolicyRequest, void> {
  return async (request, context) => {
    const days = request.retentionInDays ?? 0;
    if (!DAYS_ALLOWED.includes(days)) {
      throw invalidParameter(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: ` +
          `Member must satisfy enum value set: [${DAYS_ALLOWED.join(", ")}]`,
      );
    }
    await writer.flush();
    const limited = () => ({ retentionDays: days });
    if (!(await store.updateGroup(context, request.logGroupName ?? "", limited))) throw groupNotFound();
  };
}
