/** UpdateEventSourceMapping: members left out stay as they are. */
import type {
  EventSourceMappingConfiguration,
  UpdateEventSourceMappingRequest,
} from "@aws-sdk/client-lambda";
import type { EventSourceMapping, MappingState, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  checkMappingSettled,
  getMapping,
  mappingConfiguration,
  settleMapping,
} from "../event-source-mapping.ts";
import { mappingSettings } from "../event-source-settings.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException, ResourceInUseException, InvalidParameterValueException. */
export function updateEventSourceMapping(
  dependencies: LambdaDependencies,
): Operation<UpdateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  const { store, mappings, eventSources, changes, clock, afterwards } = dependencies;
  return (request, context) =>
    changes.run(`${context.accountId}/${context.region}/mappings`, async () => {
      const before = await getMapping(mappings, context, request.UUID);
      checkMappingSettled(before, "update");
      const settings = mappingSettings(before.kind, before.sourceArn, before.settings, request);
      const isEnabled = request.Enabled ?? before.isEnabled;
      const { qualifier: qualifierBefore, ...rest } = before;
      const target =
        request.FunctionName === undefined
          ? { functionName: before.functionName, qualifier: qualifierBefore, version: undefined }
          : await functionNamed(request.FunctionName);
      const mapping: EventSourceMapping = {
        ...rest,
        functionName: target.functionName,
        ...(target.qualifier !== undefined && { qualifier: target.qualifier }),
        isEnabled,
        state: stateOfChange(before, isEnabled),
        lastModifiedMs: clock.nowMs(),
        settings,
      };
      if (target.version !== undefined) await eventSources.check(mapping, target.version);
      await mappings.write(context, mapping);
      afterwards(() => settleMapping(dependencies, context, mapping));
      return mappingConfiguration(dependencies, context, mapping);

      async function functionNamed(given: string) {
        const found = await getFunctionRecord(store, context, given);
        return { functionName: found.latest.name, qualifier: found.qualifier, version: found.version };
      }
    });
}

/** Recorded. */
function stateOfChange(before: EventSourceMapping, isEnabled: boolean): MappingState {
  if (before.isEnabled === isEnabled) return "Updating";
  return isEnabled ? "Enabling" : "Disabling";
}
