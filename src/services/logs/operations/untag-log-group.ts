/** UntagLogGroup: the older name of UntagResource, by the group's name. */
// biome-ignore lint/suspicious/noDeprecatedImports: clients still call the older operation.
import type { UntagLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";
import { removeTags } from "../tags.ts";

/** Throws ResourceNotFoundException. */
export function untagLogGroup({ store, writer }: LogsDependencies): Operation<UntagLogGroupRequest, void> {
  return async ({ logGroupName = "", tags = [] }, context) => {
    await writer.flush();
    if (!(await removeTags(store, context, logGroupName, tags))) throw groupNotFound();
  };
}
