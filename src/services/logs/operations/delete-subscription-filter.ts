/** DeleteSubscriptionFilter. */
import type { DeleteSubscriptionFilterRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { filterNotFound, groupNotFound } from "../errors.ts";

/** What has been matched is still delivered. Throws ResourceNotFoundException. */
export function deleteSubscriptionFilter({
  store,
  writer,
  filters,
}: LogsDependencies): Operation<DeleteSubscriptionFilterRequest, void> {
  return async (request, context) => {
    const { logGroupName: group = "", filterName = "" } = request;
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if (!(await store.deleteFilter(context, group, "subscription", filterName))) {
      throw filterNotFound("subscription");
    }
    await filters.refresh(context, group);
  };
}
