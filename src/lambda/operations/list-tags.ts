/** ListTags. */
import type { ListTagsRequest, ListTagsResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getTagged } from "../tagged-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function listTags({ store }: LambdaDependencies): Operation<ListTagsRequest, ListTagsResponse> {
  return async (request, context) => {
    const { shared } = await getTagged(store, context, request.Resource ?? "");
    return { Tags: { ...shared.tags } };
  };
}
