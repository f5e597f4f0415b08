/** GetEventSourceMapping. */
import type { EventSourceMappingConfiguration, GetEventSourceMappingRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getMapping, mappingConfiguration } from "../event-source-mapping.ts";

/** Throws ResourceNotFoundException. */
export function getEventSourceMapping(
  dependencies: LambdaDependencies,
): Operation<GetEventSourceMappingRequest, EventSourceMappingConfiguration> {
  return async (request, context) =>
    mappingConfiguration(
      dependencies,
      context,
      await getMapping(dependencies.mappings, context, request.UUID),
    );
}
