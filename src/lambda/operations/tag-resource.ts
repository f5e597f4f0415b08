/** TagResource: adds tags, or replaces their values. */
import type { TagResourceRequest } from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getTagged } from "../tagged-resource.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function tagResource(dependencies: LambdaDependencies): Operation<TagResourceRequest, void> {
  return async (request, context) => {
    const added = { ...request.Tags };
    if (Object.keys(added).length === 0) {
      // These are AWS's words (recorded).
      throw invalidParameter("An error occurred and the request cannot be processed.");
    }
    const resource = await getTagged(dependencies, context, request.Resource ?? "");
    await resource.change((tags) => ({ ...tags, ...added }));
  };
}
