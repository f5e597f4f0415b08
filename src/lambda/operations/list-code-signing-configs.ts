/** ListCodeSigningConfigs: a page by id. */
import type { ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Operation } from "../../model/mod.ts";
import { codeSigningConfig } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws InvalidParameterValueException for a broken marker. */
export function listCodeSigningConfigs({
  codeSigning,
}: LambdaDependencies): Operation<ListCodeSigningConfigsRequest, ListCodeSigningConfigsResponse> {
  return async (request, context) => {
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    const records = await codeSigning.list(context, nameAfterMarker(request.Marker) ?? "", limit + 1);
    const page = records.slice(0, limit);
    const last = page.at(-1);
    return {
      CodeSigningConfigs: page.map((record) => codeSigningConfig(context, record)),
      ...(records.length > limit && last !== undefined && { NextMarker: markerAfterName(last.id) }),
    };
  };
}
