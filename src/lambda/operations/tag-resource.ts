/** TagResource: adds tags, or replaces their values. */
import type { TagResourceRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { changeTags } from "../tagged-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function tagResource({ store }: LambdaDependencies): Operation<TagResourceRequest, void> {
  return async (request, context) => {
    const added = { ...request.Tags };
    if (Object.keys(added).length === 0) {
      // These are AWS's words (recorded).
      throw invalidParameter("An error occurred and the request cannot be processed.");
    }
    await changeTags(store, context, request.Resource ?? "", (tags) => ({ ...tags, ...added }));
  };
}
