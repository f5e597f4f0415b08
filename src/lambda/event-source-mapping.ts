/** Event source mappings in the words of the API, what they may be made of, and how they change. Source: answers recorded on AWS. */
import type {
  CreateEventSourceMappingRequest,
  EventSourceMappingConfiguration,
} from "@aws-sdk/client-lambda";
import { ApiError, invalidParameter, noSuchResource, resourceConflict } from "../errors/mod.ts";
import { isProblem, RESULTS } from "../eventsources/mod.ts";
import {
  type EventSourceMapping,
  functionArn,
  type MappingSettings,
  type MappingState,
  type Scope,
} from "../model/mod.ts";
import type { EventSourceMappingStore } from "../store/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { KIND_RULES } from "./event-source-kinds.ts";

export function mappingArn(scope: Scope, uuid: string): string {
  return `arn:aws:lambda:${scope.region}:${scope.accountId}:event-source-mapping:${uuid}`;
}

export function mappingConfiguration(
  { eventSources }: Pick<MappingDependencies, "eventSources">,
  scope: Scope,
  mapping: EventSourceMapping,
): EventSourceMappingConfiguration {
  const { userReason } = KIND_RULES[mapping.kind];
  const result = lastResult(mapping, eventSources.lastResult(mapping.uuid));
  const { startingPositionTimestampMs, ...settings } = mapping.settings;
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mappingArn(scope, mapping.uuid),
    ...(mapping.sourceArn !== undefined && { EventSourceArn: mapping.sourceArn }),
    FunctionArn: functionArn(scope, mapping.functionName, mapping.qualifier),
    // The settings are kept in the words of the API.
    ...(settings as unknown as EventSourceMappingConfiguration),
    ...(startingPositionTimestampMs !== undefined && {
      StartingPositionTimestamp: new Date(startingPositionTimestampMs),
    }),
    ...(result !== undefined && { LastProcessingResult: result }),
    LastModified: new Date(mapping.lastModifiedMs),
    State: mapping.state,
    StateTransitionReason: userReason,
  };
}

/** A queue's mapping shows problems only: where all is well AWS shows nothing (recorded). */
function lastResult({ kind }: EventSourceMapping, result: string = RESULTS.none): string | undefined {
  return KIND_RULES[kind].showsLastResult || isProblem(result) ? result : undefined;
}

/** Throws ResourceNotFoundException. */
export async function getMapping(
  mappings: EventSourceMappingStore,
  scope: Scope,
  uuid: string | undefined,
): Promise<EventSourceMapping> {
  const mapping = await mappings.find(scope, uuid ?? "");
  if (mapping === undefined) throw noSuchResource();
  return mapping;
}

const SETTLED: ReadonlySet<MappingState> = new Set(["Enabled", "Disabled"]);

/** Throws ResourceInUseException while an earlier change is under way. The words are reported. */
export function checkMappingSettled(mapping: EventSourceMapping, verb: "update" | "delete"): void {
  if (SETTLED.has(mapping.state)) return;
  throw new ApiError(
    "ResourceInUseException",
    `Cannot ${verb} the event source mapping because it is in use.`,
    { Type: "User" },
  );
}

type MappingDependencies = Pick<LambdaDependencies, "mappings" | "eventSources">;

/** What a passing state becomes, once it is so. A mapping that was being deleted goes. */
export async function settleMapping(
  { mappings, eventSources }: MappingDependencies,
  scope: Scope,
  before: EventSourceMapping,
): Promise<void> {
  const { uuid, state } = before;
  if (!(await eventSources.apply(scope, before))) return;
  if (state === "Deleting") {
    await mappings.delete(scope, uuid);
    return;
  }
  await mappings.update(scope, uuid, (mapping) =>
    mapping.state === state ? { ...mapping, state: mapping.isEnabled ? "Enabled" : "Disabled" } : mapping,
  );
}

/** At the server's start: changes that a killed server left unfinished. */
export async function settleMappings(dependencies: MappingDependencies): Promise<void> {
  const left: { scope: Scope; mapping: EventSourceMapping }[] = [];
  for await (const each of dependencies.mappings.listAll()) {
    if (!SETTLED.has(each.mapping.state)) left.push(each);
  }
  for (const { scope, mapping } of left) await settleMapping(dependencies, scope, mapping);
}

/** Throws InvalidParameterValueException; all three texts are recorded. */
export function checkStart(
  { kind, sourceArn, settings }: Pick<EventSourceMapping, "kind" | "sourceArn" | "settings">,
  request: CreateEventSourceMappingRequest,
): void {
  if (kind === "selfManagedKafka" && request.SourceAccessConfigurations === undefined) {
    throw invalidParameter("Required 'sourceAccessConfigurations' parameter is missing.");
  }
  if (!KIND_RULES[kind].needsStartingPosition) return;
  if (settings.StartingPosition === undefined) {
    throw invalidParameter(
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: " +
        "Member must not be null.",
    );
  }
  if (settings.StartingPosition !== "AT_TIMESTAMP") return;
  if (kind === "dynamodb") {
    throw invalidParameter(`Unsupported starting position for arn type: ${sourceArn}`);
  }
  if (settings.startingPositionTimestampMs === undefined) {
    // The words are ours.
    throw invalidParameter("StartingPositionTimestamp is required for the starting position AT_TIMESTAMP.");
  }
}

/** One mapping for a source and a function. Throws ResourceConflictException; the words are recorded. */
export async function refuseDuplicate(
  mappings: EventSourceMappingStore,
  scope: Scope,
  mapping: EventSourceMapping,
): Promise<void> {
  const { kind, functionName, sourceArn } = mapping;
  const candidates = await mappings.list(scope, { functionName, sourceArn, limit: -1 });
  const other = candidates.find((each) => isSameSource(each, mapping));
  if (other === undefined) return;
  const advice = `Please update or delete the existing mapping with UUID ${other.uuid}`;
  if (kind === "sqs") {
    throw resourceConflict(
      `An event source mapping with SQS arn (" ${sourceArn} ") and function (" ${functionName} ") already exists. ${advice}`,
    );
  }
  if (kind === "selfManagedKafka") {
    const servers = bootstrapServers(mapping.settings).join(",");
    const topics = (mapping.settings.Topics ?? []).join(",");
    const arn = functionArn(scope, functionName, mapping.qualifier);
    throw resourceConflict(
      `An event source mapping with event source ("${servers}"), function ("${arn}"), topics ("${topics}") already exists. ${advice}`,
    );
  }
  throw resourceConflict(
    `The event source arn (" ${sourceArn} ") and function (" ${functionName} ") provided mapping already exists. ${advice}`,
  );
}

function isSameSource(a: EventSourceMapping, b: EventSourceMapping): boolean {
  const identity = ({ kind, qualifier, sourceArn, settings }: EventSourceMapping) => [
    kind,
    qualifier,
    sourceArn,
    bootstrapServers(settings),
    settings.Topics,
    settings.Queues,
    settings.DocumentDBEventSourceConfig,
  ];
  return JSON.stringify(identity(a)) === JSON.stringify(identity(b));
}

function bootstrapServers({ SelfManagedEventSource }: MappingSettings): readonly string[] {
  return SelfManagedEventSource?.Endpoints["KAFKA_BOOTSTRAP_SERVERS"] ?? [];
}
