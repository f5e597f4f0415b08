/** DeleteMetricFilter. */
import type { DeleteMetricFilterRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { filterNotFound, groupNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function deleteMetricFilter({
  store,
  writer,
  filters,
}: LogsDependencies): Operation<DeleteMetricFilterRequest, void> {
  return async (request, context) => {
    const { logGroupName: group = "", filterName = "" } = request;
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    if (!(await store.deleteFilter(context, group, "metric", filterName))) throw filterNotFound("metric");
    await filters.refresh(context, group);
  };
}
