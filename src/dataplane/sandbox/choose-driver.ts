/** Picks the isolation driver: what was asked for, or the strongest this machine has; never weaker in silence. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { IsolationChoice, OciRuntimeChoice } from "../../config/mod.ts";
import { machineName } from "../../kit/mod.ts";
import { PERL } from "../host/helper-process.ts";
import type { Launcher } from "../host/launcher.ts";
import { bubblewrapDriver } from "./bubblewrap-driver.ts";
import type { Cgroups } from "./cgroup.ts";
import { writeEtc } from "./guest-etc.ts";
import { type OciRuntimeName, ociDriver } from "./oci-driver.ts";
import { processDriver } from "./process-driver.ts";
import type { SandboxDriver } from "./sandbox.ts";
import { seccompFilter, withSetns } from "./seccomp/filter.ts";

const run = promisify(execFile);

export interface DriverChoice {
  readonly driver: SandboxDriver;
  /** Set when the choice is weaker than what Linux could give; to be shown to whoever started the server. */
  readonly warning: string | undefined;
}

/** Rejects when `choice` names a driver that does not work here. What the driver needs of files goes to `scratchDir`. */
export async function chooseDriver(
  choice: IsolationChoice,
  ociRuntime: OciRuntimeChoice,
  scratchDir: string,
  launcher: Launcher,
  cgroups: Cgroups | undefined,
): Promise<DriverChoice> {
  if (!existsSync(PERL)) {
    throw new Error(
      `there is no ${PERL} on this machine, which starts functions (\`apt-get install perl-base\`)`,
    );
  }
  if (choice === "process") {
    return {
      driver: processDriver(launcher, cgroups),
      warning: "LAMBKIN_ISOLATION=process: functions run WITHOUT isolation, as the user that runs Lambkin.",
    };
  }
  if (choice === "oci")
    return { driver: await chooseOci(ociRuntime, scratchDir, launcher, cgroups), warning: undefined };
  const found = await findBubblewrap();
  if (found.program !== undefined) {
    const etc = await etcIn(scratchDir);
    const machine = machineName();
    const filterFile = machine === undefined ? undefined : path.join(scratchDir, "seccomp.bpf");
    const sourceFilterFile = filterFile && path.join(scratchDir, "seccomp-source.bpf");
    if (filterFile !== undefined && sourceFilterFile !== undefined && machine !== undefined) {
      await writeFile(filterFile, seccompFilter(machine));
      await writeFile(sourceFilterFile, seccompFilter(machine, withSetns(machine)));
    }
    return {
      driver: bubblewrapDriver({
        ...{ launcher, program: found.program, machine, filterFile, sourceFilterFile, cgroups, etc },
      }),
      warning: undefined,
    };
  }
  if (choice === "bubblewrap") {
    throw new Error(`LAMBKIN_ISOLATION=bubblewrap, but bubblewrap does not work here: ${found.reason}`);
  }
  return {
    driver: processDriver(launcher, cgroups),
    warning:
      `Functions run WITHOUT isolation: bubblewrap does not work here (${found.reason}). ` +
      "On Debian and Ubuntu `apt-get install bubblewrap` gives it.",
  };
}

async function etcIn(folder: string): Promise<string> {
  const etc = path.join(folder, "etc");
  await writeEtc(etc);
  return etc;
}

const OCI_RUNTIMES: readonly OciRuntimeName[] = ["crun", "runc", "runsc"];

/** Rejects where there is none, or what it needs is missing. */
async function chooseOci(
  choice: OciRuntimeChoice,
  folder: string,
  launcher: Launcher,
  cgroups: Cgroups | undefined,
): Promise<SandboxDriver> {
  if (cgroups === undefined || process.getuid?.() !== 0) {
    throw new Error("LAMBKIN_ISOLATION=oci needs root, and cgroups that it may write.");
  }
  for (const runtime of choice === "auto" ? OCI_RUNTIMES : [choice]) {
    const program = PLACES.map((place) => path.join(place, runtime)).find((file) => existsSync(file));
    if (program === undefined) continue;
    // What a killed server left of bundles and containers.
    const bundles = path.join(folder, "oci");
    await rm(bundles, { recursive: true, force: true });
    await mkdir(bundles, { recursive: true });
    const etc = await etcIn(folder);
    const machine = machineName();
    const filterFile = machine === undefined ? undefined : path.join(folder, "seccomp.bpf");
    if (filterFile !== undefined && machine !== undefined)
      await writeFile(filterFile, seccompFilter(machine));
    return ociDriver({
      launcher,
      filterFile,
      runtime,
      program,
      machine,
      cgroups,
      etc,
      folder: bundles,
    });
  }
  const wanted = choice === "auto" ? OCI_RUNTIMES.join(", ") : choice;
  throw new Error(
    `LAMBKIN_ISOLATION=oci, but there is no ${wanted} here; \`apt-get install crun\` gives one.`,
  );
}

const PLACES = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];

type Found = { readonly program: string } | { readonly program: undefined; readonly reason: string };

/** Found means: it ran a program in the namespaces we need, on this kernel, as this user. */
async function findBubblewrap(): Promise<Found> {
  for (const program of ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"]) {
    try {
      const trial = ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--", "/bin/true"];
      await run(program, trial, { timeout: 10_000, env: {} });
      return { program };
    } catch (error) {
      const failure = error as NodeJS.ErrnoException & { stderr?: string };
      if (failure.code === "ENOENT") continue;
      return { program: undefined, reason: failure.stderr?.trim() || failure.message };
    }
  }
  return { program: undefined, reason: "it is not installed" };
}
