/**
 * Sandboxes that were made ahead: in each an interpreter with our client loaded waits to be told whose it is. A cold start
 * then takes one, links the function's files into its empty folders, and sends it the function's variables.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { FunctionVersion } from "../../model/mod.ts";
import type { Network } from "../network/network.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { SandboxDriver } from "../sandbox/sandbox.ts";
import type { ScratchVolumes } from "../sandbox/scratch-volumes.ts";
import { startupVariables } from "./environment-variables.ts";
import { endUnused, takePlace, type Unused } from "./place.ts";
import { runtimeArguments } from "./runtime-command.ts";
import type { StartQueue } from "./start-queue.ts";
import { Stock } from "./stock.ts";

export interface ParkedSandbox extends Unused {
  /** Empty host folders that the guest sees: for its code, its layers, and what was compiled of them before. */
  readonly code: string;
  readonly layers: string;
  readonly compiled: string;
  /** What it held most since it began to wait. */
  readonly bytes: number;
}

export interface ParkingOptions {
  readonly driver: SandboxDriver;
  readonly runtimes: RuntimeCatalogue;
  readonly volumes: ScratchVolumes;
  readonly network: Network;
  readonly starts: StartQueue;
  readonly clock: Clock;
  /** On the file system that holds the functions' files. */
  readonly folder: string;
  /** Of one interpreter; 0 parks nothing. */
  readonly parkedMax: number;
  /** Of all interpreters together, bytes. */
  readonly parkedBytesMax: number;
  readonly reportFault: (error: unknown, what: string) => void;
}

/** What an interpreter reads when it starts: a function that sets one of these needs an interpreter of its own. */
const READ_AT_START =
  /^(PYTHON|NODE_|LD_|LC_|LANG$|TZ$|MALLOC_|GLIBC_|UV_|OPENSSL_|SSL_|AWS_LAMBDA_EXEC_WRAPPER$|PATH$|GEM_|RUBY)/;

export class ParkedSandboxes {
  readonly #options: ParkingOptions;
  /** By interpreter. */
  readonly #stocks = new Map<string, Stock<ParkedSandbox>>();
  #adopted = 0;
  #isClosed = false;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  /** How many wait, and how many have been taken since the start. */
  counts(): { parked: number; adopted: number } {
    const parked = this.#stocks.values().reduce((sum, { readyCount }) => sum + readyCount, 0);
    return { parked, adopted: this.#adopted };
  }

  /** Functions of this runtime are about to be called. */
  expect(target: FunctionVersion): void {
    this.#stockFor(target)?.refillSoon();
  }

  /** One for this function, which is the caller's now; undefined where none waits, or the function cannot use one. */
  take(target: FunctionVersion): ParkedSandbox | undefined {
    const parked = this.#stockFor(target)?.take();
    if (parked !== undefined) this.#adopted++;
    return parked;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#stocks.values()].map((stock) => stock.close()));
  }

  /** Runtimes that the same program serves share it. */
  #stockFor(target: FunctionVersion): Stock<ParkedSandbox> | undefined {
    const choice = this.#choiceFor(target);
    if (choice === undefined) return undefined;
    const key = `${choice.interpreter?.program} ${choice.runtime.version}`;
    const known = this.#stocks.get(key);
    if (known !== undefined) return known;
    const { clock, starts, parkedMax, reportFault } = this.#options;
    const stock = new Stock<ParkedSandbox>({
      clock,
      make: () => starts.runLast(() => this.#make(choice)),
      discard: endUnused,
      spoiled: ({ sandbox }) => sandbox.exited,
      readyMax: parkedMax,
      hasRoom: (making) => this.#hasRoom(making),
      reportFault: (error) => reportFault(error, "(parked sandbox)"),
    });
    this.#stocks.set(key, stock);
    return stock;
  }

  /** Undefined where the function needs what cannot be changed in a sandbox that runs. */
  #choiceFor({ settings, code }: FunctionVersion): RuntimeChoice | undefined {
    const isPlain =
      !this.#isClosed &&
      this.#options.parkedMax > 0 &&
      this.#options.driver.canPark &&
      code.kind === "zip" &&
      (settings.FileSystemConfigs ?? []).length === 0 &&
      settings.EphemeralStorage.Size === LAMBDA_LIMITS.ephemeralStorageMibDefault &&
      !Object.keys(settings.Environment?.Variables ?? {}).some((name) => READ_AT_START.test(name));
    if (!isPlain) return undefined;
    const choice = this.#options.runtimes.choose(settings.Runtime ?? "");
    const language = choice?.interpreter?.language;
    // Those whose runtime is ours; Java starts with what the function tunes.
    return language === undefined || language === "java" ? undefined : choice;
  }

  async #make(choice: RuntimeChoice): Promise<ParkedSandbox> {
    const { driver, runtimes } = this.#options;
    const id = randomBytes(16).toString("hex");
    const own = path.join(this.#options.folder, id);
    const folders = {
      code: path.join(own, "task"),
      layers: path.join(own, "opt"),
      compiled: path.join(own, "compiled"),
      runtime: runtimes.bootstrapFolder(choice),
      language: choice.interpreter?.folder,
      packages: runtimes.packagesFolder(choice),
    };
    await mkdir(folders.code, { recursive: true });
    await mkdir(folders.layers);
    await mkdir(folders.compiled);
    const place = await takePlace(this.#options, LAMBDA_LIMITS.ephemeralStorageMibDefault, own);
    const paths = driver.guestPaths(folders);
    try {
      const sandbox = await driver.start({
        sandboxId: `${id}-0`,
        tmp: place.volume.folder,
        network: place.slot,
        mountNamespace: place.volume.mountNamespace,
        folders,
        mounts: [],
        command: runtimeArguments(choice, paths),
        variables: { ...startupVariables(choice, paths), _LAMBKIN_PARKED: "1" },
        memoryMib: ENVIRONMENT_LIMITS.parkedMemoryMib,
        extensions: [],
        hiddenFromExtensions: [],
      });
      const { code, layers, compiled } = folders;
      return {
        ...{ sandbox, place, code, layers, compiled },
        get bytes() {
          return sandbox.peakMemoryBytes();
        },
      };
    } catch (error) {
      await place.release();
      throw error;
    }
  }

  /** One that is being made will hold about as much as those that wait. */
  #hasRoom(making: number): boolean {
    const waiting = [...this.#stocks.values()].flatMap(({ ready }) => ready);
    const bytes = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    const each = waiting.length === 0 ? 0 : bytes / waiting.length;
    return bytes + each * (making + 1) <= this.#options.parkedBytesMax;
  }
}

/** Removes what a killed server left. */
export async function clearParkingFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
