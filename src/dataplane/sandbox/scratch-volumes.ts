/**
 * The /tmp of each environment, limited to its EphemeralStorage: a small file system of its own in a sparse file where
 * this process may mount one, otherwise a plain folder without a limit. It outlives the guest's processes: what a
 * function wrote survives a reset, not the environment.
 */
import { execFile } from "node:child_process";
import { chmod, mkdir, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import { invariant } from "../../errors/mod.ts";
import { HostHelper } from "../host/host-helper.ts";

const run = promisify(execFile);

export interface ScratchVolume {
  /** Host folder, empty when it is handed out. */
  readonly folder: string;
  /** In which the folder has its content; undefined is this process's own. */
  readonly mountNamespace: string | undefined;
  /** Removes it with all that is in it. */
  release(): Promise<void>;
}

export interface ScratchVolumes {
  readonly weaknesses: readonly string[];
  acquire(sizeMib: number): Promise<ScratchVolume>;
  /** All that is in one into another, which is empty. */
  copy(from: ScratchVolume, to: ScratchVolume): Promise<void>;
  /** Removes those that nobody has taken. */
  close(): Promise<void>;
}

/** Clears `folder` of what a killed server left. Rejects when it cannot be written. */
export async function openScratchVolumes(folder: string): Promise<ScratchVolumes> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const volumes = new MountedVolumes(folder);
  try {
    await (await volumes.acquire(LAMBDA_LIMITS.ephemeralStorageMibDefault)).release();
    return volumes;
  } catch {
    await volumes.close();
    return new PlainFolders(folder);
  }
}

class PlainFolders implements ScratchVolumes {
  readonly weaknesses = ["/tmp is not limited: no file system can be mounted for it"];
  readonly #folder: string;
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async acquire(): Promise<ScratchVolume> {
    const folder = path.join(this.#folder, `tmp-${++this.#count}`);
    await mkdir(folder);
    await chmod(folder, 0o1777);
    return { folder, mountNamespace: undefined, release: () => rm(folder, { recursive: true, force: true }) };
  }

  async copy(from: ScratchVolume, to: ScratchVolume): Promise<void> {
    await run("cp", copyArguments(from, to));
  }

  async close(): Promise<void> {}
}

function copyArguments(from: ScratchVolume, to: ScratchVolume): string[] {
  return ["-a", "--", `${from.folder}/.`, to.folder];
}

/** Sizes on offer to functions are the space they can use; the file system's own needs come on top. */
const OVERHEAD = 1.06;

/**
 * Each in a mount namespace of its own: a sandbox begins with a copy of the one it is started in, and one that had the
 * volumes of all would make each sandbox dearer than the one before.
 */
class MountedVolumes implements ScratchVolumes {
  readonly weaknesses: readonly string[] = [];
  readonly #folder: string;
  readonly #helper = new HostHelper();
  /** An image of each size, made once and copied. */
  readonly #templates = new Map<number, Promise<string>>();
  readonly #ready: Promise<ScratchVolume>[] = [];
  #count = 0;
  #isClosed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Those of the usual size are there before anybody asks. */
  async acquire(sizeMib: number): Promise<ScratchVolume> {
    if (sizeMib !== LAMBDA_LIMITS.ephemeralStorageMibDefault) return this.#make(sizeMib);
    const ready = this.#ready.shift() ?? this.#make(sizeMib);
    while (this.#ready.length < ENVIRONMENT_LIMITS.readyVolumes && !this.#isClosed) {
      const made = this.#make(sizeMib);
      // Whoever takes it hears of the failure.
      made.catch(() => {});
      this.#ready.push(made);
    }
    return ready;
  }

  async copy(from: ScratchVolume, to: ScratchVolume): Promise<void> {
    const [source, target] = [from.mountNamespace, to.mountNamespace].map((file) => `--mount=${file}`);
    const script = `exec 7<"$1"; shift; exec nsenter ${target} -- "$@"`;
    const copy = ["cp", "-a", "--", "/proc/self/fd/7/.", to.folder];
    await run("nsenter", [`${source}`, "--", "/bin/sh", "-c", script, "sh", from.folder, ...copy]);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const left = await Promise.allSettled(this.#ready.splice(0));
    await Promise.all(left.map((each) => (each.status === "fulfilled" ? each.value.release() : undefined)));
    this.#helper.close();
  }

  async #make(sizeMib: number): Promise<ScratchVolume> {
    const template = await this.#template(sizeMib);
    const folder = path.join(this.#folder, `tmp-${++this.#count}`);
    await mkdir(folder);
    const image = `${folder}.img`;
    const [namespace] = await this.#helper.askForNamespaces("mount-copy", template, image, folder);
    invariant(namespace, "a volume without a namespace");
    return {
      folder,
      mountNamespace: namespace.file,
      release: async () => {
        // The volume goes with the last process that is in it.
        namespace.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  }

  #template(sizeMib: number): Promise<string> {
    const known = this.#templates.get(sizeMib);
    if (known !== undefined) return known;
    const made = this.#makeTemplate(sizeMib);
    this.#templates.set(sizeMib, made);
    return made;
  }

  async #makeTemplate(sizeMib: number): Promise<string> {
    const image = path.join(this.#folder, `template-${sizeMib}.img`);
    const bytes = Math.ceil(sizeMib * OVERHEAD + 4) * 1024 * 1024;
    await writeFile(image, "");
    await truncate(image, bytes);
    // No journal: nothing in it is to survive a crash.
    const features = ["-O", "^has_journal", "-E", "lazy_itable_init=1,nodiscard"];
    await run("mkfs.ext4", ["-q", "-F", "-m", "0", ...features, image]);
    const folder = `${image}.mount`;
    await mkdir(folder);
    await this.#helper.ask("prepare-image", image, folder);
    return image;
  }
}
