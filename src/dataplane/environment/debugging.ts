/** How a runtime is started with a debugger, and how that is reached: the V8 inspector of Node.js, debugpy for Python. */
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { GuestNetwork } from "../network/network.ts";
import type { GuestPaths, SandboxFolders } from "../sandbox/sandbox.ts";

/** Of one environment. */
export interface Debugging {
  readonly language: "nodejs" | "python";
  /** Nothing of the function is loaded before somebody is there. */
  readonly waits: boolean;
  /** Host folder that holds debugpy, for functions that do not bring it. */
  readonly debugpy: string | undefined;
  /** Where the function's code lies for whoever looks from inside. */
  readonly codeFolder: string;
  /** On the guest's loopback; known once its sandbox is started. */
  port?: number;
}

/** What starts differently. */
export interface DebuggerStart {
  readonly arguments: readonly string[];
  readonly readOnly: readonly { readonly host: string; readonly guest: string }[];
  variables(all: Record<string, string>): Record<string, string>;
}

const USUAL_PORTS = { nodejs: 9229, python: 5678 } as const;
const DEBUGPY = "/var/debugpy";

export async function debuggerOf(
  debugging: Debugging,
  folders: Pick<SandboxFolders, "code" | "layers">,
  paths: GuestPaths,
  network: Pick<GuestNetwork, "namespace">,
): Promise<DebuggerStart> {
  const { language, waits } = debugging;
  // Without a network of its own it has its port beside everybody else's.
  debugging.port = network.namespace === undefined ? await freePort() : USUAL_PORTS[language];
  const address = `127.0.0.1:${debugging.port}`;
  if (language === "nodejs") {
    const flag = waits ? "--inspect-brk" : "--inspect";
    return {
      arguments: [`${flag}=${address}`, "--inspect-publish-uid=http"],
      readOnly: [],
      variables: (all) => all,
    };
  }
  const own = functionsOwn(folders, paths);
  const isIsolated = paths.layers === "/opt" && paths.code === "/var/task";
  const shown = isIsolated ? DEBUGPY : (debugging.debugpy ?? "");
  const folder = own ?? shown;
  return {
    arguments: [
      ...["-X", "frozen_modules=off", "-m", "debugpy", "--listen", address],
      ...(waits ? ["--wait-for-client"] : []),
    ],
    readOnly:
      own === undefined && isIsolated && debugging.debugpy !== undefined
        ? [{ host: debugging.debugpy, guest: DEBUGPY }]
        : [],
    variables: (all) => ({
      ...all,
      PYTHONPATH: [all["PYTHONPATH"], folder].filter(Boolean).join(":"),
      // Interpreters with frozen modules are told to thaw them; debugpy would warn of it all the same.
      PYDEVD_DISABLE_FILE_VALIDATION: "1",
      // On a machine that has much to do an editor may be there long before the runtime.
      DEBUGPY_PROCESS_SPAWN_TIMEOUT: String(ENVIRONMENT_LIMITS.debuggerListensMsMax / 1000),
      PYDEVD_CONNECT_TIMEOUT: String(ENVIRONMENT_LIMITS.debuggerListensMsMax / 1000),
    }),
  };
}

/** Guest path of the folder in which the function, or a layer, brings debugpy. */
function functionsOwn(
  { code, layers }: Pick<SandboxFolders, "code" | "layers">,
  paths: GuestPaths,
): string | undefined {
  if (bringsDebugpy(code)) return paths.code;
  const inLayers = layers && path.join(layers, "python");
  return inLayers !== undefined && bringsDebugpy(inLayers) ? path.join(paths.layers, "python") : undefined;
}

/** Whether a host folder on the path of a function's modules holds it. */
export function bringsDebugpy(folder: string): boolean {
  return existsSync(path.join(folder, "debugpy/__main__.py"));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
