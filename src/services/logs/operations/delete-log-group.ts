/** DeleteLogGroup: with all its streams and events. */
import type { DeleteLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, groupProtected } from "../errors.ts";

/** Throws ResourceNotFoundException, and ValidationException while the group is protected. */
export function deleteLogGroup({
  store,
  writer,
  filters,
}: LogsDependencies): Operation<DeleteLogGroupRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const name = request.logGroupName ?? "";
    if ((await store.findGroup(context, name))?.isDeletionProtected) throw groupProtected();
    if (!(await store.deleteGroup(context, name))) throw groupNotFound();
    await filters.refresh(context, name);
  };
}
