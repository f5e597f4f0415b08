/** ListTagsForResource. */
import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";
import { groupNameOfResource } from "../names.ts";

/** Throws ResourceNotFoundException. */
export function listTagsForResource({
  store,
  writer,
}: LogsDependencies): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async ({ resourceArn = "" }, context) => {
    const name = groupNameOfResource(context, resourceArn);
    await writer.flush();
    const group = await store.findGroup(context, name);
    if (group === undefined) throw resourceNotFound();
    return { tags: { ...group.tags } };
  };
}
