/** DeleteEventSourceMapping: seen as being deleted first, then gone. */
import type {
  DeleteEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from "@aws-sdk/client-lambda";
import type { EventSourceMapping, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  checkMappingSettled,
  getMapping,
  mappingConfiguration,
  settleMapping,
} from "../event-source-mapping.ts";

/** Throws ResourceNotFoundException, ResourceInUseException. */
export function deleteEventSourceMapping(
  dependencies: LambdaDependencies,
): Operation<DeleteEventSourceMappingRequest, EventSourceMappingConfiguration> {
  const { mappings, changes, afterwards } = dependencies;
  return (request, context) =>
    changes.run(`${context.accountId}/${context.region}/mappings`, async () => {
      const before = await getMapping(mappings, context, request.UUID);
      checkMappingSettled(before, "delete");
      const mapping: EventSourceMapping = { ...before, state: "Deleting" };
      await mappings.write(context, mapping);
      afterwards(() => settleMapping(dependencies, context, mapping));
      return mappingConfiguration(dependencies, context, mapping);
    });
}
