/** UntagResource: removes tags; keys that are not there do not matter (recorded). */
import type { UntagResourceRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getTagged } from "../tagged-resource.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function untagResource(dependencies: LambdaDependencies): Operation<UntagResourceRequest, void> {
  return async (request, context) => {
    const removed = new Set(request.TagKeys);
    const resource = await getTagged(dependencies, context, request.Resource ?? "");
    await resource.change((tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    );
  };
}
