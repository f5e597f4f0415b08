/** CreateEventSourceMapping: a record of what is to be polled for which function. */
import { randomUUID } from "node:crypto";
import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from "@aws-sdk/client-lambda";
import type { EventSourceMapping, MappingSettings, Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { KIND_RULES, kindOfSource } from "../event-source-kinds.ts";
import { checkStart, mappingConfiguration, refuseDuplicate, settleMapping } from "../event-source-mapping.ts";
import { mappingSettings } from "../event-source-settings.ts";
import { getFunctionRecord } from "../find-function.ts";
import { checkedTags } from "../tagged-resource.ts";

/** Throws InvalidParameterValueException, ResourceNotFoundException, ResourceConflictException. */
export function createEventSourceMapping(
  dependencies: LambdaDependencies,
): Operation<CreateEventSourceMappingRequest, EventSourceMappingConfiguration> {
  const { store, mappings, eventSources, changes, clock, afterwards } = dependencies;
  return (request, context) =>
    changes.run(`${context.accountId}/${context.region}/mappings`, async () => {
      const sourceArn = request.EventSourceArn;
      const kind = kindOfSource(sourceArn, request.SelfManagedEventSource !== undefined);
      const uuid = randomUUID();
      const defaults = { ...KIND_RULES[kind].defaults, ...consumerGroup(kind, uuid) };
      const settings = mappingSettings(kind, sourceArn, defaults, request);
      checkStart({ kind, settings, ...(sourceArn !== undefined && { sourceArn }) }, request);
      const { latest, version, qualifier } = await getFunctionRecord(
        store,
        context,
        request.FunctionName ?? "",
      );
      const isEnabled = request.Enabled !== false;
      const mapping: EventSourceMapping = {
        uuid,
        kind,
        ...(sourceArn !== undefined && { sourceArn }),
        functionName: latest.name,
        ...(qualifier !== undefined && { qualifier }),
        isEnabled,
        // A queue that is not to be polled needs no preparation (recorded).
        state: kind === "sqs" && !isEnabled ? "Disabled" : "Creating",
        lastModifiedMs: clock.nowMs(),
        settings,
        tags: checkedTags({ ...request.Tags }),
      };
      await eventSources.check(mapping, version);
      await refuseDuplicate(mappings, context, mapping);
      await mappings.write(context, mapping);
      afterwards(() => settleMapping(dependencies, context, mapping));
      return mappingConfiguration(dependencies, context, mapping);
    });
}

/** The mapping's own id, unless one is given (recorded). */
function consumerGroup(kind: EventSourceMapping["kind"], uuid: string): Partial<MappingSettings> {
  if (kind === "kafka") return { AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: uuid } };
  if (kind === "selfManagedKafka") return { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: uuid } };
  return {};
}
