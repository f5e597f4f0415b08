/** What tags hang on, by ARN: functions, event source mappings, code signing configurations. Source: answers recorded on AWS. */
import { randomUUID } from "node:crypto";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { functionNotFound, invalidParameter, resourceNotFound } from "../errors/mod.ts";
import { functionArn, parseFunctionReference, type Scope } from "../model/mod.ts";
import { getCodeSigningRecord } from "./code-signing.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { mappingArn } from "./event-source-mapping.ts";

type Tags = Readonly<Record<string, string>>;
type Stores = Pick<LambdaDependencies, "store" | "mappings" | "codeSigning">;

export interface TaggedResource {
  readonly tags: Tags;
  /** Throws InvalidParameterValueException for too many. */
  change(change: (tags: Tags) => Tags): Promise<void>;
}

/** Throws ResourceNotFoundException, InvalidParameterValueException for versions and aliases of functions. */
export async function getTagged(stores: Stores, scope: Scope, arn: string): Promise<TaggedResource> {
  if (arn.includes(":function:")) return taggedFunction(stores, scope, arn);
  if (arn.includes(":code-signing-config:")) return taggedCodeSigning(stores, scope, arn);
  if (arn.includes(":capacity-provider:")) throw resourceNotFound(`Capacity provider not found: ${arn}`);
  return taggedMapping(stores, scope, arn);
}

/** Throws InvalidParameterValueException for too many. */
export function checkedTags(tags: Tags): Tags {
  if (Object.keys(tags).length > LAMBDA_LIMITS.tagsMax) {
    throw invalidParameter("Number of tags exceeds resource tag limit.");
  }
  return tags;
}

async function taggedFunction({ store }: Stores, scope: Scope, arn: string): Promise<TaggedResource> {
  const { name, qualifier } = parseFunctionReference(scope, arn);
  if (qualifier !== undefined) {
    throw invalidParameter(
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    );
  }
  const record = await store.find(scope, name);
  if (record === undefined) throw functionNotFound(functionArn(scope, name));
  const { shared, latest } = record;
  return {
    tags: shared.tags,
    change: async (change) => {
      const isThere = await store.updateShared(scope, name, (before) => ({
        ...before,
        tags: checkedTags(change(before.tags)),
      }));
      if (!isThere) throw functionNotFound(arn);
      // A change of tags is a change of the function's revision (recorded).
      await store.replaceLatest(scope, { ...latest, revisionId: randomUUID() }, latest.revisionId);
    },
  };
}

async function taggedMapping({ mappings }: Stores, scope: Scope, arn: string): Promise<TaggedResource> {
  const uuid = /:event-source-mapping:([^:]+)$/.exec(arn)?.[1] ?? "";
  const mapping = arn === mappingArn(scope, uuid) ? await mappings.find(scope, uuid) : undefined;
  if (mapping === undefined) throw resourceNotFound(`Event source mapping not found: ${arn}`);
  return {
    tags: mapping.tags,
    change: async (change) => {
      await mappings.update(scope, uuid, (before) => ({ ...before, tags: checkedTags(change(before.tags)) }));
    },
  };
}

async function taggedCodeSigning(
  { codeSigning }: Stores,
  scope: Scope,
  arn: string,
): Promise<TaggedResource> {
  const record = await getCodeSigningRecord(codeSigning, scope, arn);
  const tags = record.tags ?? {};
  return {
    tags,
    change: (change) => codeSigning.write(scope, { ...record, tags: checkedTags(change(tags)) }),
  };
}
