/** Initialises a function version once, so that its environments can be copies. */
import { randomBytes } from "node:crypto";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import { initBudgetMs, initialize, reportInit } from "../environment/init-phase.ts";
import { takePlace } from "../environment/place.ts";
import { RuntimeProcess } from "../environment/runtime-process.ts";
import {
  environmentLog,
  type FunctionFiles,
  type SandboxParts,
  startSandbox,
} from "../environment/start-sandbox.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { Snapshot } from "./snapshot.ts";

export type TakenSnapshot =
  | { readonly kind: "taken"; readonly snapshot: Snapshot }
  /** What the function opened in its init cannot be copied: its log says what. */
  | { readonly kind: "unfit" }
  /** The function's init failed; its log says how. */
  | { readonly kind: "failed" }
  /** Nobody wants it any more. */
  | { readonly kind: "abandoned" };

/** Rejects when the machine cannot start it. `unwanted` ends it half way. */
export async function takeSnapshot(
  parts: SandboxParts,
  scope: Scope,
  target: FunctionVersion,
  choice: RuntimeChoice,
  files: FunctionFiles,
  unwanted: AbortSignal,
): Promise<TakenSnapshot> {
  const { clock, starts } = parts;
  const id = randomBytes(16).toString("hex");
  const { log, stream } = environmentLog(parts, { id, scope, target, choice });
  const place = await takePlace(parts, target.settings.EphemeralStorage.Size);
  const initializationType = "snap-start";
  let sandbox: Sandbox | undefined;
  const process = new RuntimeProcess({
    ...{ log, clock, initializationType },
    phase: "init",
    onBroken: () => {},
    start: async (prepare) => {
      const request = { id, scope, target, initializationType, choice, stream, log, prepare, place } as const;
      const started = await starts.run(target.configurationId, () =>
        startSandbox(parts, { ...request, sandboxId: `${id}-0`, copying: "source" }, files),
      );
      sandbox = started.sandbox;
      return { ...started, isRestored: false };
    },
  });
  const end = async (): Promise<void> => {
    process.stop("failure");
    await process.gone;
    await place.release();
  };
  const abandon = (): void => process.stop("spindown");
  unwanted.addEventListener("abort", abandon);
  try {
    if (unwanted.aborted) abandon();
    const init = await initialize(process, { clock, budgetMs: initBudgetMs({ initializationType, target }) });
    if (unwanted.aborted) {
      await end();
      return { kind: "abandoned" };
    }
    reportInit({ log, initializationType, isRestored: false }, init, "init");
    if (init.kind !== "ready" || sandbox === undefined) {
      await end();
      return { kind: "failed" };
    }
    const report = readReport(process.snapshotReport);
    if (report.obstacle !== undefined) {
      log.platform({ kind: "warning", text: oneByOne(report.obstacle) });
      await end();
      return { kind: "unfit" };
    }
    const snapshot = new Snapshot({ ...{ parts, id, target, choice, process, sandbox, place }, ...report });
    return { kind: "taken", snapshot };
  } catch (error) {
    await end();
    throw error;
  } finally {
    unwanted.removeEventListener("abort", abandon);
  }
}

/** What a version's log says where there is no snapshot of it. */
export function oneByOne(obstacle: string): string {
  return `SnapStart: environments of this version are initialised one by one, because ${obstacle}`;
}

interface Report {
  readonly obstacle: string | undefined;
  readonly hasFiles: boolean;
}

/** The guest wrote it: anything may be in it. */
function readReport(json: Buffer | undefined): Report {
  if (json === undefined) return { obstacle: "its runtime does not know how to be copied", hasFiles: false };
  try {
    const { obstacle, hasFiles } = JSON.parse(json.toString()) as Record<string, unknown>;
    return { obstacle: typeof obstacle === "string" ? obstacle : undefined, hasFiles: hasFiles !== false };
  } catch {
    return { obstacle: "its runtime speaks nonsense", hasFiles: false };
  }
}
