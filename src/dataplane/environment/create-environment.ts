/** Puts an environment together: as a copy of the function's snapshot, in a sandbox that was parked, or from nothing. */
import { randomBytes } from "node:crypto";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { CompileCache, CompileCaches } from "../compiled/compile-caches.ts";
import { startFrame } from "../runtime-api/frames.ts";
import type { Snapshots } from "../snapshot/snapshots.ts";
import { linkTree } from "./deliver-files.ts";
import type { EnvironmentFactory } from "./environment-pool.ts";
import { ExecutionEnvironment } from "./execution-environment.ts";
import { hasExtensions } from "./find-extensions.ts";
import type { ParkedSandboxes } from "./parked-sandboxes.ts";
import { endUnused, type Place, takePlace } from "./place.ts";
import type { Started } from "./runtime-process.ts";
import {
  announce,
  cacheVariable,
  type EnvironmentRequest,
  environmentLog,
  type FunctionFiles,
  filesOf,
  runtimeFolders,
  type SandboxParts,
  startSandbox,
} from "./start-sandbox.ts";

export interface EnvironmentParts extends SandboxParts {
  readonly parked: ParkedSandboxes;
  readonly snapshots: Snapshots;
  readonly compileCaches: CompileCaches;
}

export function environmentFactory(parts: EnvironmentParts): EnvironmentFactory {
  return (scope, target, initializationType, onEnded, debugging) => {
    const id = randomBytes(16).toString("hex");
    const choice = parts.runtimes.choose(target.settings.Runtime ?? "");
    const { log, stream } = environmentLog(parts, { id, scope, target, choice });
    let place: Place | undefined;
    let starts = 0;
    return new ExecutionEnvironment({
      id,
      scope,
      target,
      initializationType,
      log,
      clock: parts.clock,
      debugging,
      start: async (prepare) => {
        const request = { id, scope, target, initializationType, choice, stream, log, prepare };
        // What waits was started without a debugger.
        const isFirst = place === undefined && debugging === undefined;
        const restored = isFirst ? await restore(parts, request) : undefined;
        if (restored !== undefined) {
          place = restored.place;
          return restored;
        }
        const files = await filesOf(parts, target);
        // A debugger's runtime is left as it is.
        const mayCache = choice !== undefined && debugging === undefined;
        const cache = mayCache ? parts.compileCaches.of(scope, target, choice) : undefined;
        const onLoaded = cache?.kind === "wanted" ? cache.report : undefined;
        const adopted = isFirst ? adopt(parts, request, files, cache) : undefined;
        if (adopted !== undefined) {
          place = adopted.place;
          return { ...adopted, onLoaded };
        }
        return parts.starts.run(target.configurationId, async (hold) => {
          place ??= await takePlace(parts, target.settings.EphemeralStorage.Size);
          const sandboxId = `${id}-${++starts}`;
          const started = await startSandbox(
            parts,
            { ...request, sandboxId, place, debugging, cache },
            files,
          );
          const { promise, resolve } = Promise.withResolvers<void>();
          hold(promise);
          // An init may wait for something that is not of this machine: others do not wait with it.
          const timer = parts.clock.after(ENVIRONMENT_LIMITS.initInQueueMsMax, resolve);
          const onInitEnd = (): void => {
            timer.cancel();
            resolve();
          };
          return { ...started, isRestored: false, onLoaded, onInitEnd };
        });
      },
      discard: async () => {
        await place?.release().catch((error: unknown) => parts.reportFault(error, `(environment ${id})`));
      },
      onEnded,
    });
  };
}

interface Found extends Started {
  readonly place: Place;
}

/** Makes a copy of the function's snapshot its environment; undefined where there is no snapshot to be had. */
async function restore(parts: EnvironmentParts, request: EnvironmentRequest): Promise<Found | undefined> {
  const { choice, scope, target } = request;
  if (choice === undefined) return undefined;
  const copy = await parts.snapshots.take(scope, target);
  if (copy === undefined) return undefined;
  const { sandbox, place, paths } = copy;
  const variables = announce(parts, { ...request, choice, place, paths, extensions: [], isRestored: true });
  sandbox.control.write(startFrame(variables));
  return { place, sandbox, variables, isRestored: true };
}

/** Makes a sandbox that was parked this function's; undefined where none is there, or it cannot be had that way. */
function adopt(
  parts: EnvironmentParts,
  request: EnvironmentRequest,
  files: FunctionFiles,
  cache: CompileCache | undefined,
): Found | undefined {
  const { target, choice } = request;
  if (choice === undefined || hasExtensions(files.layers)) return undefined;
  const parked = parts.parked.take(target);
  if (parked === undefined) return undefined;
  const { sandbox, place } = parked;
  const isDelivered =
    linkTree(files.code, parked.code) &&
    (files.layers === undefined || linkTree(files.layers, parked.layers));
  if (!isDelivered) {
    void endUnused(parked);
    return undefined;
  }
  // What is not linked is compiled again.
  if (cache?.kind === "kept") linkTree(cache.folder, parked.compiled);
  const paths = parts.driver.guestPaths({ ...files, ...runtimeFolders(parts, choice) });
  const variables = announce(parts, {
    ...request,
    choice,
    place,
    paths,
    extensions: [],
    isRestored: false,
  });
  sandbox.resize(target.settings.MemorySize);
  sandbox.control.write(startFrame({ ...variables, ...cacheVariable(cache, paths) }));
  return { place, sandbox, variables, isRestored: false };
}
