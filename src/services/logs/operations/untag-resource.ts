/** UntagResource. */
import type { UntagResourceRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";
import { groupNameOfResource } from "../names.ts";
import { removeTags } from "../tags.ts";

/** Throws ResourceNotFoundException. */
export function untagResource({ store, writer }: LogsDependencies): Operation<UntagResourceRequest, void> {
  return async ({ resourceArn = "", tagKeys = [] }, context) => {
    const group = groupNameOfResource(context, resourceArn);
    await writer.flush();
    if (!(await removeTags(store, context, group, tagKeys))) throw resourceNotFound();
  };
}
