/** ListTagsLogGroup: the older name of ListTagsForResource, by the group's name. */
// biome-ignore lint/suspicious/noDeprecatedImports: clients still call the older operation.
import type { ListTagsLogGroupRequest, ListTagsLogGroupResponse } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function listTagsLogGroup({
  store,
  writer,
}: LogsDependencies): Operation<ListTagsLogGroupRequest, ListTagsLogGroupResponse> {
  return async ({ logGroupName = "" }, context) => {
    await writer.flush();
    const group = await store.findGroup(context, logGroupName);
    if (group === undefined) throw groupNotFound();
    return { tags: { ...group.tags } };
  };
}
