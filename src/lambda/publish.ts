/** Turns `$LATEST` into an immutable version, or finds that the last one is the same. */
import { randomUUID } from "node:crypto";
import { functionNotFound, revisionMismatch } from "../errors/mod.ts";
import {
  codeSha256Of,
  type FunctionSettings,
  type FunctionVersion,
  functionArn,
  type Scope,
} from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";

/**
 * Nothing new is published when neither code nor settings changed since the last version; a description given here
 * makes no difference to that (recorded). Throws PreconditionFailedException when `$LATEST` changed meanwhile.
 */
export async function publish(
  { store, clock, dataPlane }: LambdaDependencies,
  scope: Scope,
  latest: FunctionVersion,
  description?: string,
): Promise<FunctionVersion> {
  const record = await store.find(scope, latest.name);
  if (record === undefined) throw functionNotFound(functionArn(scope, latest.name));
  const lastNumber = record.shared.lastPublishedVersion ?? 0;
  const last = await store.findVersion(scope, latest.name, String(lastNumber));
  if (last !== undefined && isSame(last, latest)) return last;
  const version: FunctionVersion = {
    ...latest,
    version: String(lastNumber + 1),
    settings: publishedSettings(latest.settings, description),
    sourceDescription: latest.settings.Description,
    state: "Active",
    updateStatus: "Successful",
    revisionId: randomUUID(),
    configurationId: randomUUID(),
    lastModifiedMs: clock.nowMs(),
  };
  if (!(await store.publish(scope, version, latest.revisionId))) throw revisionMismatch();
  dataPlane.expect(scope, version);
  return version;
}

/** `$LATEST` never has a snapshot, a version has one where it is asked for. Source: "Improving startup performance" page. */
function publishedSettings(settings: FunctionSettings, description: string | undefined): FunctionSettings {
  const { ApplyOn } = settings.SnapStart;
  return {
    ...settings,
    Description: description ?? settings.Description,
    SnapStart: { ApplyOn, OptimizationStatus: ApplyOn === "PublishedVersions" ? "On" : "Off" },
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
