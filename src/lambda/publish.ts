/** Turns `$LATEST` into an immutable version, or finds that the last one is the same. With SnapStart it is Pending until its snapshot is there. */
import { randomUUID } from "node:crypto";
import { functionNotFound, revisionMismatch } from "../errors/mod.ts";
import {
  codeSha256Of,
  type FunctionSettings,
  type FunctionVersion,
  functionArn,
  isSnapStart,
  type Scope,
} from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";

/**
 * Nothing new is published when neither code nor settings changed since the last version; a description given here
 * makes no difference to that (recorded). Throws PreconditionFailedException when `$LATEST` changed meanwhile.
 */
export async function publish(
  dependencies: LambdaDependencies,
  scope: Scope,
  latest: FunctionVersion,
  description?: string,
): Promise<FunctionVersion> {
  const { store, clock, dataPlane } = dependencies;
  const record = await store.find(scope, latest.name);
  if (record === undefined) throw functionNotFound(functionArn(scope, latest.name));
  const lastNumber = record.shared.lastPublishedVersion ?? 0;
  const last = await store.findVersion(scope, latest.name, String(lastNumber));
  if (last !== undefined && isSame(last, latest)) return last;
  const { updateStatus: _ofLatest, ...source } = latest;
  const created: FunctionVersion = {
    ...source,
    version: String(lastNumber + 1),
    settings: { ...latest.settings, Description: description ?? latest.settings.Description },
    sourceDescription: latest.settings.Description,
    state: "Pending",
    revisionId: randomUUID(),
    configurationId: randomUUID(),
    lastModifiedMs: clock.nowMs(),
  };
  const version = isSnapStart(created) ? created : activated(created, "Off");
  if (!(await store.publish(scope, version, latest.revisionId))) throw revisionMismatch();
  if (version.state === "Pending") {
    dependencies.afterwards(() => settleSnapshot(dependencies, scope, version));
  } else dataPlane.expect(version);
  return version;
}

/**
 * Takes the snapshot of a Pending version, which is Active then, or Failed where its init failed. It stays Pending where the server is
 * stopped meanwhile. Source: "Improving startup performance with Lambda SnapStart" page.
 */
export async function settleSnapshot(
  { store, dataPlane }: Pick<LambdaDependencies, "store" | "dataPlane">,
  scope: Scope,
  version: FunctionVersion,
): Promise<void> {
  const outcome = await dataPlane.takeSnapshot(scope, version);
  if (outcome === "abandoned") return;
  const settled: FunctionVersion =
    outcome === "failed"
      ? { ...version, state: "Failed" }
      : activated(version, outcome === "taken" ? "On" : "Off");
  await store.settleVersion(scope, settled);
}

function activated(version: FunctionVersion, OptimizationStatus: "On" | "Off"): FunctionVersion {
  const SnapStart: FunctionSettings["SnapStart"] = { ...version.settings.SnapStart, OptimizationStatus };
  return {
    ...version,
    settings: { ...version.settings, SnapStart },
    state: "Active",
    updateStatus: "Successful",
  };
}

/** What CreateFunction and UpdateFunctionCode show of a version that they published: not yet ready (recorded). */
export function beingCreated(version: FunctionVersion): FunctionVersion {
  const { updateStatus: _notYet, ...rest } = version;
  return { ...rest, state: "Pending" };
}

function isSame(published: FunctionVersion, latest: FunctionVersion): boolean {
  const source = {
    ...published.settings,
    Description: published.sourceDescription ?? "",
    SnapStart: { ...published.settings.SnapStart, OptimizationStatus: "Off" },
  };
  const hasSameCode = codeSha256Of(published.code) === codeSha256Of(latest.code);
  return hasSameCode && canonical(source) === canonical(latest.settings);
}

/** Members in one order, so that it does not matter in which they were set. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
