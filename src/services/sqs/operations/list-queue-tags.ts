/** ListQueueTags. */
import type { ListQueueTagsRequest, ListQueueTagsResult } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../model/mod.ts";
import { queueOf, type SqsDependencies } from "../dependencies.ts";

/** Throws QueueDoesNotExist. */
export function listQueueTags(
  dependencies: SqsDependencies,
): Operation<ListQueueTagsRequest, ListQueueTagsResult> {
  return async (request, context) => {
    const { tags } = (await queueOf(dependencies, context, request.QueueUrl)).record;
    return Object.keys(tags).length === 0 ? {} : { Tags: { ...tags } };
  };
}
