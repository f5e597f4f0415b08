/** The driver without isolation, for machines that cannot do better: a plain process that sees all its user sees. */
import path from "node:path";
import type { Launcher } from "../host/launcher.ts";
import { type Cgroups, NO_CGROUP } from "./cgroup.ts";
import { enter } from "./enter.ts";
import { launch } from "./launch.ts";
import type { SandboxDriver } from "./sandbox.ts";
import { supervisedCommand } from "./supervisor.ts";

export function processDriver(launcher: Launcher, cgroups: Cgroups | undefined): SandboxDriver {
  return {
    name: "process",
    canPark: false,
    canCopy: false,
    weaknesses: [
      "no isolation: a function sees the files, processes and network of the user that runs Lambkin",
      ...(cgroups?.weaknesses() ?? [NO_CGROUP]),
      ...(cgroups?.limitsProcesses === true
        ? []
        : ["the number of processes is not limited: no cgroup can be written"]),
    ],

    guestPaths: (folders) => ({
      code: folders.code,
      runtime: folders.runtime ?? path.dirname(folders.code),
      layers: folders.layers ?? "/opt",
      compiled: undefined,
      interpreter: (hostPath) => hostPath,
    }),

    async start(spec) {
      const cgroup = cgroups?.create(spec.sandboxId, spec.memoryMib);
      try {
        const running = await launch(launcher, {
          command: spec.extensions.length > 0 ? supervisedCommand(spec) : spec.command,
          isSupervised: spec.extensions.length > 0,
          runtimeDepth: 0,
          tellsLogsApart: true,
          limitsOpenFiles: true,
          memoryMib: spec.memoryMib,
          variables: spec.variables,
          workingFolder: spec.folders.code,
          cgroup,
        });
        return {
          ...running,
          // What runs as a plain process is entered by starting another one.
          enter: ({ command, variables, terminal }) =>
            enter({
              ...{ command, variables, terminal, cgroup },
              memoryMib: spec.memoryMib,
              workingFolder: spec.folders.code,
              ended: running.exited,
            }),
          dispose: async () => cgroup?.remove(),
        };
      } catch (error) {
        await cgroup?.remove();
        throw error;
      }
    },
  };
}
