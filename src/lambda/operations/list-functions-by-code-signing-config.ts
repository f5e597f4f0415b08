/** ListFunctionsByCodeSigningConfig: the ARNs of the functions that have it. */
import type {
  ListFunctionsByCodeSigningConfigRequest,
  ListFunctionsByCodeSigningConfigResponse,
} from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { functionArn, type Operation } from "../../model/mod.ts";
import { getCodeSigningRecord } from "../code-signing.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listFunctionsByCodeSigningConfig({
  codeSigning,
}: LambdaDependencies): Operation<
  ListFunctionsByCodeSigningConfigRequest,
  ListFunctionsByCodeSigningConfigResponse
> {
  return async (request, context) => {
    const arn = request.CodeSigningConfigArn ?? "";
    await getCodeSigningRecord(codeSigning, context, arn);
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    const after = nameAfterMarker(request.Marker) ?? "";
    const names = await codeSigning.functionsOf(context, arn, after, limit + 1);
    const page = names.slice(0, limit);
    const last = page.at(-1);
    return {
      FunctionArns: page.map((name) => functionArn(context, name)),
      ...(names.length > limit && last !== undefined && { NextMarker: markerAfterName(last) }),
    };
  };
}
