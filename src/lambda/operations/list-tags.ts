/** ListTags. */
import type { ListTagsRequest, ListTagsResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getTagged } from "../tagged-resource.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function listTags(dependencies: LambdaDependencies): Operation<ListTagsRequest, ListTagsResponse> {
  return async (request, context) => {
    const { tags } = await getTagged(dependencies, context, request.Resource ?? "");
    return { Tags: { ...tags } };
  };
}
