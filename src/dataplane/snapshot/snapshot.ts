/**
 * SnapStart: one runtime of a function version, initialised, that is copied for each environment. A copy is a fork: it
 * shares the memory until somebody writes, and moves to a sandbox of its own before anything of the function runs in it.
 */
import { readlinkSync } from "node:fs";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { deferred } from "../../kit/mod.ts";
import type { FunctionVersion } from "../../model/mod.ts";
import { startupVariables } from "../environment/environment-variables.ts";
import { endUnused, type Place, takePlace, type Unused } from "../environment/place.ts";
import { receiverArguments } from "../environment/runtime-command.ts";
import type { RuntimeProcess } from "../environment/runtime-process.ts";
import { filesOf, runtimeFolders, type SandboxParts } from "../environment/start-sandbox.ts";
import { FROM_GUEST, FrameReader } from "../runtime-api/frames.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { GuestPaths, Sandbox } from "../sandbox/sandbox.ts";

/** A copy in its sandbox; it waits for the variables of its environment. */
export interface Copy extends Unused {
  readonly paths: GuestPaths;
}

export interface SnapshotOptions {
  readonly parts: SandboxParts;
  readonly id: string;
  readonly target: FunctionVersion;
  readonly choice: RuntimeChoice;
  /** Of the runtime that is copied. */
  readonly process: RuntimeProcess;
  readonly sandbox: Sandbox;
  readonly place: Place;
  /** Whether the init phase left anything in /tmp. */
  readonly hasFiles: boolean;
}

export class Snapshot {
  readonly #options: SnapshotOptions;
  readonly #source: ReturnType<Sandbox["copySource"]>;
  /** Bytes that its copies share with it. */
  readonly sharedBytes: number;
  readonly #copies = new Set<Promise<unknown>>();
  #count = 0;

  constructor(options: SnapshotOptions) {
    this.#options = options;
    const { sandbox, target } = options;
    this.#source = sandbox.copySource();
    this.sharedBytes = sandbox.peakMemoryBytes();
    // What the kernel keeps of each copy counts here until the copy has moved.
    sandbox.resize(target.settings.MemorySize + ENVIRONMENT_LIMITS.snapshotMibBesideMemory);
  }

  /** Resolves when its runtime is no more, wanted or not. */
  get gone(): Promise<void> {
    return this.#options.process.gone;
  }

  /** Rejects when the machine cannot, or the runtime does not answer. */
  async copy(): Promise<Copy> {
    const { parts, id, target, choice, place: ownPlace, hasFiles } = this.#options;
    const folders = { ...(await filesOf(parts, target)), ...runtimeFolders(parts, choice) };
    const paths = parts.driver.guestPaths(folders);
    const place = await this.#takePlace();
    let started: Sandbox | undefined;
    try {
      if (hasFiles) await parts.volumes.copy(ownPlace.volume, place.volume);
      started = await parts.driver.start({
        sandboxId: `${id}-${++this.#count}`,
        tmp: place.volume.folder,
        network: place.slot,
        mountNamespace: place.volume.mountNamespace,
        folders,
        mounts: [],
        command: receiverArguments(choice, paths),
        variables: startupVariables(choice, paths),
        memoryMib: target.settings.MemorySize,
        extensions: [],
        hiddenFromExtensions: [],
        copying: this.#source,
      });
      this.#remember(started);
      await this.#takeIn(started);
    } catch (error) {
      if (started === undefined) await place.release();
      else await endUnused({ sandbox: started, place });
      throw error;
    }
    const sandbox = started;
    // As the function sees it, all it uses is its own.
    const peakMemoryBytes = (): number => this.sharedBytes + sandbox.peakMemoryBytes();
    return { sandbox: { ...sandbox, peakMemoryBytes }, place, paths };
  }

  /** When the last of its copies has ended; they live in its process namespace. */
  async end(): Promise<void> {
    await Promise.all(this.#copies);
    this.#source.close();
    this.#options.process.stop("spindown");
    await this.#options.process.gone;
    await this.#options.place.release();
  }

  #takePlace(): Promise<Place> {
    const { network, volumes } = this.#options.parts;
    const acquire = () => {
      if (network.acquireWithin === undefined) throw new Error("this network has no slots for copies");
      return network.acquireWithin(this.#source.userNamespace);
    };
    return takePlace({ volumes, network: { acquire } }, this.#options.target.settings.EphemeralStorage.Size);
  }

  #remember(copy: Sandbox): void {
    const ended = copy.exited.finally(() => this.#copies.delete(ended));
    this.#copies.add(ended);
  }

  /** Waits until the copy has moved, and counts its processes as its own. */
  async #takeIn(copy: Sandbox): Promise<void> {
    const namespace = await this.#moved(copy);
    for (const id of this.#options.sandbox.processes()) {
      if (childrenNamespaceOf(id) === namespace) copy.takeIn(id);
    }
  }

  async #moved({ control, exited }: Sandbox): Promise<string> {
    const moved = deferred<string>();
    const reader = new FrameReader({
      bytesMax: ENVIRONMENT_LIMITS.frameBytesMax,
      onFrame: (type, body) => {
        if (type === FROM_GUEST.copied) moved.resolve(body.toString("latin1"));
      },
      onOversized: () => {},
    });
    const read = (chunk: Buffer): void => reader.push(chunk);
    control.on("error", () => {});
    control.on("data", read);
    const fail = (why: string) => (): void =>
      moved.reject(new Error(`a snapshot could not be copied: ${why}`));
    const timer = this.#options.parts.clock.after(ENVIRONMENT_LIMITS.copyMsMax, fail("no answer"));
    void exited.then(fail("the sandbox ended"));
    try {
      return await moved.promise;
    } finally {
      timer.cancel();
      control.off("data", read);
    }
  }
}

/** Also of the process that stayed behind and waits for the one that moved. */
function childrenNamespaceOf(processId: number): string | undefined {
  try {
    return readlinkSync(`/proc/${processId}/ns/pid_for_children`);
  } catch {
    // Gone meanwhile.
    return undefined;
  }
}
