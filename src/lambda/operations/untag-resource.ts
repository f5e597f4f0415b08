/** UntagResource: removes tags; keys that are not there do not matter (recorded). */
import type { UntagResourceRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { changeTags } from "../tagged-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function untagResource({ store }: LambdaDependencies): Operation<UntagResourceRequest, void> {
  return async (request, context) => {
    const removed = new Set(request.TagKeys);
    await changeTags(store, context, request.Resource ?? "", (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key))),
    );
  };
}
