/** A function's external extensions: the programs in its layers' folder `extensions`. */
import { constants, existsSync } from "node:fs";
import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { GuestPaths } from "../sandbox/sandbox.ts";

const FOLDER = "extensions";

export interface FoundExtension {
  readonly name: string;
  /** Guest path. */
  readonly program: string;
  readonly isExecutable: boolean;
}

/** Whether layers bring any; `layers` is on the host. */
export function hasExtensions(layers: string | undefined): boolean {
  return layers !== undefined && existsSync(path.join(layers, FOLDER));
}

/** In the order of their names; folders are none. `layers` is on the host. */
export async function findExtensions(
  layers: string | undefined,
  paths: GuestPaths,
): Promise<readonly FoundExtension[]> {
  if (layers === undefined) return [];
  const folder = path.join(layers, FOLDER);
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .slice(0, ENVIRONMENT_LIMITS.extensionsMax);
  return Promise.all(
    names.map(async (name) => ({
      name,
      program: path.join(paths.layers, FOLDER, name),
      isExecutable: await access(path.join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    })),
  );
}

/** Extensions do not see what is the runtime's own. Source: "Using the Lambda Extensions API" page. */
const OF_THE_RUNTIME = new Set([
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_XRAY_CONTEXT_MISSING",
  "AWS_XRAY_DAEMON_ADDRESS",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
]);

export function namesHiddenFromExtensions(variables: Readonly<Record<string, string>>): string[] {
  return Object.keys(variables).filter((name) => OF_THE_RUNTIME.has(name) || name.startsWith("_"));
}
