/** Tags hang on functions by ARN. Source: answers recorded on AWS. */
import { randomUUID } from "node:crypto";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import {
  type ApiError,
  functionNotFound,
  invalidParameter,
  notImplemented,
  resourceNotFound,
} from "../errors/mod.ts";
import { functionArn, parseFunctionReference, type Scope } from "../model/mod.ts";
import type { FunctionRecord, FunctionStore } from "../store/mod.ts";

type Tags = Readonly<Record<string, string>>;

/** Throws InvalidParameterValueException for versions and aliases, ResourceNotFoundException. */
export async function getTagged(store: FunctionStore, scope: Scope, arn: string): Promise<FunctionRecord> {
  if (!arn.includes(":function:")) throw otherNotFound(arn);
  const { name, qualifier } = parseFunctionReference(scope, arn);
  if (qualifier !== undefined) {
    throw invalidParameter(
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    );
  }
  const record = await store.find(scope, name);
  if (record === undefined) throw functionNotFound(functionArn(scope, name));
  return record;
}

/** A change of tags is a change of the function's revision (recorded). Throws InvalidParameterValueException. */
export async function changeTags(
  store: FunctionStore,
  scope: Scope,
  arn: string,
  change: (tags: Tags) => Tags,
): Promise<void> {
  const { latest } = await getTagged(store, scope, arn);
  const isThere = await store.updateShared(scope, latest.name, (shared) => {
    const tags = change(shared.tags);
    if (Object.keys(tags).length > LAMBDA_LIMITS.tagsMax) {
      throw invalidParameter("Number of tags exceeds resource tag limit.");
    }
    return { ...shared, tags };
  });
  if (!isThere) throw functionNotFound(arn);
  await store.replaceLatest(scope, { ...latest, revisionId: randomUUID() }, latest.revisionId);
}

/** Event source mappings and capacity providers cannot be made yet, so none exists. The words are recorded. */
function otherNotFound(arn: string): ApiError {
  if (arn.includes(":code-signing-config:"))
    return notImplemented("lambda", "tags of code signing configurations");
  const kind = arn.includes(":capacity-provider:") ? "Capacity provider" : "Event source mapping";
  return resourceNotFound(`${kind} not found: ${arn}`);
}
