/** TagResource: for log groups, which are all that has tags here. */
import type { TagResourceRequest } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { resourceNotFound, tooManyTags } from "../errors.ts";
import { groupNameOfResource } from "../names.ts";
import { addTags } from "../tags.ts";

/** Throws ResourceNotFoundException, TooManyTagsException. */
export function tagResource({ store, writer }: LogsDependencies): Operation<TagResourceRequest, void> {
  return async ({ resourceArn = "", tags = {} }, context) => {
    const group = groupNameOfResource(context, resourceArn);
    await writer.flush();
    const tooMany = () => tooManyTags(resourceArn, LOGS_LIMITS.tagsMax);
    if (!(await addTags(store, context, group, { added: tags, tooMany }))) throw resourceNotFound();
  };
}
