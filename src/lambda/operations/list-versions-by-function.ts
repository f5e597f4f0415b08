/** ListVersionsByFunction: `$LATEST` first, then the published versions by number. */
import type { ListVersionsByFunctionRequest, ListVersionsByFunctionResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { listedConfiguration } from "../function-configuration.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listVersionsByFunction({
  store,
}: LambdaDependencies): Operation<ListVersionsByFunctionRequest, ListVersionsByFunctionResponse> {
  return async (request, context) => {
    const { latest } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    const after = nameAfterMarker(request.Marker);
    const afterNumber = after === undefined || after === LATEST ? 0 : Number(after);
    const published = await store.listVersions(context, latest.name, afterNumber, limit + 1);
    const all = after === undefined ? [latest, ...published] : published;
    const page = all.slice(0, limit);
    const last = page.at(-1);
    return {
      Versions: page.map((version) => listedConfiguration(context, version, version.version)),
      ...(all.length > limit && last !== undefined && { NextMarker: markerAfterName(last.version) }),
    };
  };
}
