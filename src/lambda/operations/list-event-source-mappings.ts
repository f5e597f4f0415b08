/** ListEventSourceMappings: by source, by function, or all. */
import type { ListEventSourceMappingsRequest, ListEventSourceMappingsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type Operation, parseFunctionReference } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { mappingConfiguration } from "../event-source-mapping.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** Throws InvalidParameterValueException for a broken marker. */
export function listEventSourceMappings(
  dependencies: LambdaDependencies,
): Operation<ListEventSourceMappingsRequest, ListEventSourceMappingsResponse> {
  return async (request, context) => {
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.mappingsOfPage, LAMBDA_LIMITS.mappingsOfPage);
    const named =
      request.FunctionName === undefined ? undefined : parseFunctionReference(context, request.FunctionName);
    const found = await dependencies.mappings.list(context, {
      sourceArn: request.EventSourceArn,
      functionName: named?.name,
      qualifier: named?.qualifier,
      afterUuid: nameAfterMarker(request.Marker),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      EventSourceMappings: page.map((mapping) => mappingConfiguration(dependencies, context, mapping)),
      ...(found.length > limit && last !== undefined && { NextMarker: markerAfterName(last.uuid) }),
    };
  };
}
