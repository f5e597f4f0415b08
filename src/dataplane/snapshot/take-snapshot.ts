/** Initialises a function version once, so that its environments can be copies. */
import { randomBytes } from "node:crypto";
import { deferred } from "../../kit/mod.ts";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import { initBudgetMs } from "../environment/execution-environment.ts";
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

/**
 * Undefined where the function's init fails, or what it opened in its init cannot be copied: its log says which. Rejects when
 * the machine cannot start it.
 */
export async function takeSnapshot(
  parts: SandboxParts,
  scope: Scope,
  target: FunctionVersion,
  choice: RuntimeChoice,
  files: FunctionFiles,
): Promise<Snapshot | undefined> {
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
  const end = async (): Promise<undefined> => {
    process.stop("failure");
    await process.gone;
    await place.release();
  };
  const startedMs = clock.monotonicMs();
  const timeout = deferred<{ readonly kind: "timeout" }>();
  const budgetMs = initBudgetMs({ initializationType, target });
  const timer = clock.after(budgetMs, () => timeout.resolve({ kind: "timeout" }));
  try {
    await process.start();
    const init = await Promise.race([process.initEnd, timeout.promise]);
    log.flushPartial();
    const report = readReport(process.snapshotReport);
    const status = init.kind === "ready" ? "success" : init.kind === "timeout" ? "timeout" : "error";
    const durationMs = clock.monotonicMs() - startedMs;
    log.platform({ kind: "initReport", initializationType, phase: "init", status, durationMs });
    if (init.kind !== "ready" || sandbox === undefined) return await end();
    if (report.obstacle !== undefined) {
      const text = `SnapStart: environments of this version are initialised one by one, because ${report.obstacle}`;
      log.platform({ kind: "warning", text });
      return await end();
    }
    return new Snapshot({ ...{ parts, id, target, choice, process, sandbox, place }, ...report });
  } catch (error) {
    await end();
    throw error;
  } finally {
    timer.cancel();
  }
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
