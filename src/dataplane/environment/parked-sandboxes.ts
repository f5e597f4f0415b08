/**
 * Sandboxes that were made ahead: in each an interpreter with our client loaded waits to be told whose it is. A cold start
 * then takes one, links the function's files into its empty folders, and sends it the function's variables.
 *
 * How many wait for an interpreter follows the demand: one once it has been asked for, more after each miss, fewer again
 * when they are not taken.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { FunctionVersion } from "../../model/mod.ts";
import type { Network } from "../network/network.ts";
import type { RuntimeCatalogue, RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { Sandbox, SandboxDriver } from "../sandbox/sandbox.ts";
import type { ScratchVolumes } from "../sandbox/scratch-volumes.ts";
import { startupVariables } from "./environment-variables.ts";
import { type Place, takePlace } from "./place.ts";
import { runtimeArguments } from "./runtime-command.ts";
import type { StartQueue } from "./start-queue.ts";

export interface ParkedSandbox {
  readonly sandbox: Sandbox;
  readonly place: Place;
  /** Empty host folders that the guest sees as /var/task and /opt. */
  readonly code: string;
  readonly layers: string;
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
  readonly reportFault: (error: unknown, what: string) => void;
}

/** One interpreter's. */
interface Lane {
  readonly choice: RuntimeChoice;
  readonly ready: ParkedSandbox[];
  wanted: number;
  making: number;
  /** Fewest that were ready since the last look: so many are not needed. */
  leastReady: number;
}

/** What an interpreter reads when it starts: a function that sets one of these needs an interpreter of its own. */
const READ_AT_START =
  /^(PYTHON|NODE_|LD_|LC_|LANG$|TZ$|MALLOC_|GLIBC_|UV_|OPENSSL_|SSL_|AWS_LAMBDA_EXEC_WRAPPER$|PATH$|GEM_|RUBY)/;

export class ParkedSandboxes {
  readonly #options: ParkingOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #work = new Set<Promise<void>>();
  #refill: Timer | undefined;
  #review: Timer | undefined;
  #adopted = 0;
  #isClosed = false;

  constructor(options: ParkingOptions) {
    this.#options = options;
  }

  /** How many wait, and how many have been taken since the start. */
  counts(): { parked: number; adopted: number } {
    const parked = this.#lanes.values().reduce((sum, { ready }) => sum + ready.length, 0);
    return { parked, adopted: this.#adopted };
  }

  /** Functions of this runtime are about to be called. */
  expect(target: FunctionVersion): void {
    const choice = this.#choiceFor(target);
    if (choice === undefined) return;
    this.#laneOf(choice);
    this.#refillSoon();
  }

  /** One for this function, which is the caller's now; undefined where none waits, or the function cannot use one. */
  take(target: FunctionVersion): ParkedSandbox | undefined {
    const choice = this.#choiceFor(target);
    if (choice === undefined) return undefined;
    const lane = this.#laneOf(choice);
    const parked = lane.ready.shift();
    if (parked !== undefined) this.#adopted++;
    lane.leastReady = Math.min(lane.leastReady, lane.ready.length);
    if (parked === undefined) lane.wanted = Math.min(lane.wanted + 1, this.#options.parkedMax);
    this.#refillSoon();
    return parked;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#refill?.cancel();
    this.#review?.cancel();
    await Promise.all(this.#work);
    const left = [...this.#lanes.values()].flatMap((lane) => lane.ready.splice(0));
    await Promise.all(left.map(endParked));
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

  /** Runtimes that the same program serves share it. */
  #laneOf(choice: RuntimeChoice): Lane {
    const key = `${choice.interpreter?.program} ${choice.runtime.version}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { choice, ready: [], wanted: 1, making: 0, leastReady: 0 };
      this.#lanes.set(key, lane);
      this.#review ??= this.#reviewLater();
    }
    return lane;
  }

  /** A cold start that has just taken one has the processors to itself for a moment. */
  #refillSoon(): void {
    this.#refill?.cancel();
    this.#refill = this.#options.clock.after(ENVIRONMENT_LIMITS.parkingDelayMs, () => {
      for (const lane of this.#lanes.values()) this.#fill(lane);
    });
  }

  #fill(lane: Lane): void {
    while (!this.#isClosed && lane.ready.length + lane.making < lane.wanted) {
      lane.making++;
      const work = this.#park(lane)
        .catch((error: unknown) => {
          if (!this.#isClosed) this.#options.reportFault(error, "(parked sandbox)");
        })
        .finally(() => {
          lane.making--;
          this.#work.delete(work);
        });
      this.#work.add(work);
    }
  }

  async #park(lane: Lane): Promise<void> {
    const parked = await this.#options.starts.run(() => this.#make(lane.choice));
    if (this.#isClosed) {
      await endParked(parked);
      return;
    }
    lane.ready.push(parked);
    void parked.sandbox.exited.then(() => {
      const at = lane.ready.indexOf(parked);
      if (at < 0) return;
      lane.ready.splice(at, 1);
      return endParked(parked);
    });
  }

  async #make(choice: RuntimeChoice): Promise<ParkedSandbox> {
    const { driver, runtimes, volumes } = this.#options;
    const id = randomBytes(16).toString("hex");
    const own = path.join(this.#options.folder, id);
    const folders = {
      code: path.join(own, "task"),
      layers: path.join(own, "opt"),
      runtime: runtimes.bootstrapFolder(choice),
      language: choice.interpreter?.folder,
      packages: runtimes.packagesFolder(choice),
    };
    await mkdir(folders.code, { recursive: true });
    await mkdir(folders.layers);
    const place = await takePlace(this.#options, LAMBDA_LIMITS.ephemeralStorageMibDefault, own);
    const paths = driver.guestPaths(folders);
    try {
      const sandbox = await driver.start({
        sandboxId: `${id}-0`,
        tmp: place.volume.folder,
        network: place.slot,
        mountNamespace: volumes.mountNamespace,
        folders,
        mounts: [],
        command: runtimeArguments(choice, paths),
        variables: { ...startupVariables(choice, paths), _LAMBKIN_PARKED: "1" },
        memoryMib: ENVIRONMENT_LIMITS.parkedMemoryMib,
        extensions: [],
        hiddenFromExtensions: [],
      });
      return { sandbox, place, code: folders.code, layers: folders.layers };
    } catch (error) {
      await place.release();
      throw error;
    }
  }

  /** From time to time: what was never taken is one too many. */
  #reviewLater(): Timer {
    return this.#options.clock.after(ENVIRONMENT_LIMITS.parkingReviewMs, () => {
      for (const lane of this.#lanes.values()) {
        if (lane.leastReady > 0 && lane.wanted > 1) {
          lane.wanted--;
          const surplus = lane.ready.length > lane.wanted ? lane.ready.pop() : undefined;
          if (surplus !== undefined) void endParked(surplus);
        }
        lane.leastReady = lane.ready.length;
      }
      this.#review = this.#isClosed ? undefined : this.#reviewLater();
    });
  }
}

export async function endParked({ sandbox, place }: ParkedSandbox): Promise<void> {
  sandbox.kill();
  await sandbox.exited;
  sandbox.control.destroy();
  sandbox.logs.destroy();
  await sandbox.dispose();
  await place.release();
}

/** Removes what a killed server left. */
export async function clearParkingFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}
