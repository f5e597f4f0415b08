/** TagLogGroup: the older name of TagResource, by the group's name. */
// biome-ignore lint/suspicious/noDeprecatedImports: clients still call the older operation.
import type { TagLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter } from "../errors.ts";
import { addTags } from "../tags.ts";

/** Throws ResourceNotFoundException, InvalidParameterException (it has no exception of its own for too many tags). */
export function tagLogGroup({ store, writer }: LogsDependencies): Operation<TagLogGroupRequest, void> {
  return async ({ logGroupName = "", tags = {} }, context) => {
    await writer.flush();
    const tooMany = () => invalidParameter(`A resource can have no more than ${LOGS_LIMITS.tagsMax} tags.`);
    if (!(await addTags(store, context, logGroupName, { added: tags, tooMany }))) throw groupNotFound();
  };
}
