/** How `$LATEST` changes: a checked replacement, its visible states, and the environments it makes stale. */
import { randomUUID } from "node:crypto";
import { type ApiError, functionNotFound, resourceConflict, revisionMismatch } from "../errors/mod.ts";
import { type FunctionVersion, functionArn, isSnapStart, type Scope } from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { publish } from "./publish.ts";

/** What an update may change of a version. */
export type VersionChange = Partial<Pick<FunctionVersion, "settings" | "code">>;

/** Throws PreconditionFailedException when the caller's revision is not the newest. */
export function checkRevision(latest: FunctionVersion, revisionId: string | undefined): void {
  if (revisionId !== undefined && revisionId !== latest.revisionId) throw revisionMismatch();
}

/** Throws ResourceConflictException while another change is under way. The texts are recorded and reported. */
export function checkSettled(scope: Scope, latest: FunctionVersion): void {
  const arn = functionArn(scope, latest.name);
  if (latest.state === "Pending") throw cannotNow(isInState(arn, "Pending", "Creating"));
  if (latest.updateStatus === "InProgress") throw cannotNow(`An update is in progress for resource: ${arn}`);
}

/** Nothing may come to lead to a version that failed (reported). Throws ResourceConflictException. */
export function checkNotFailed(scope: Scope, { name, version, state }: FunctionVersion): void {
  if (state === "Failed")
    throw cannotNow(isInState(functionArn(scope, name, version), "Failed", "FunctionError"));
}

/**
 * A version with SnapStart cannot be called before its snapshot is there, nor after its init failed. The text is that of the
 * "Troubleshoot invocation issues" page. Throws ResourceConflictException.
 */
export function checkCallable(version: FunctionVersion): void {
  if (!isSnapStart(version) || version.state === "Active") return;
  throw cannotNow(`The function is currently in the following state: ${version.state}`);
}

function isInState(arn: string, state: string, code: string): string {
  return `The resource ${arn} is currently in the following state: '${state}'. StateReasonCode: '${code}'`;
}

function cannotNow(reason: string): ApiError {
  return resourceConflict(`The operation cannot be performed at this time. ${reason}`);
}

/** The record after a change, its update still shown as being in progress. */
export function changedVersion(
  latest: FunctionVersion,
  change: VersionChange,
  nowMs: number,
): FunctionVersion {
  return {
    ...latest,
    ...change,
    updateStatus: "InProgress",
    revisionId: randomUUID(),
    configurationId: randomUUID(),
    lastModifiedMs: nowMs,
  };
}

/**
 * Writes the change if nobody wrote since `latest` was read, retires the environments of the old configuration and
 * lets the update be seen as successful afterwards. Returns the version that was published of it, if one was asked for.
 * Throws PreconditionFailedException when somebody did.
 */
export async function applyChange(
  dependencies: LambdaDependencies,
  scope: Scope,
  latest: FunctionVersion,
  changed: FunctionVersion,
  publishes = false,
): Promise<FunctionVersion | undefined> {
  const { store, dataPlane } = dependencies;
  if (!(await store.replaceLatest(scope, changed, latest.revisionId))) {
    if ((await store.find(scope, latest.name)) === undefined) {
      throw functionNotFound(functionArn(scope, latest.name));
    }
    throw revisionMismatch();
  }
  dataPlane.retire(latest);
  dataPlane.expect(changed);
  const published = publishes ? await publish(dependencies, scope, changed) : undefined;
  dependencies.afterwards(() => settle(dependencies, scope, changed));
  return published;
}

/** Pending → Active, InProgress → Successful, with a new revision; nothing if somebody changed the function since. */
export async function settle(
  { store }: Pick<LambdaDependencies, "store">,
  scope: Scope,
  version: FunctionVersion,
): Promise<void> {
  await store.replaceLatest(
    scope,
    { ...version, state: "Active", updateStatus: "Successful", revisionId: randomUUID() },
    version.revisionId,
  );
}
