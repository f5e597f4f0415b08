/** Which function versions have a snapshot, and the copies of each that wait for an environment. */
import { randomBytes } from "node:crypto";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Timer } from "../../kit/mod.ts";
import { type FunctionVersion, isSnapStart, type Scope } from "../../model/mod.ts";
import { hasExtensions } from "../environment/find-extensions.ts";
import { endUnused } from "../environment/place.ts";
import { environmentLog, filesOf, type SandboxParts } from "../environment/start-sandbox.ts";
import { Stock } from "../environment/stock.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { Copy, Snapshot } from "./snapshot.ts";
import { oneByOne, takeSnapshot } from "./take-snapshot.ts";

export interface SnapshotsOptions {
  readonly parts: SandboxParts;
  /** Copies of one snapshot that wait. */
  readonly readyMax: number;
  /** What snapshots may hold together; beyond it the least recently used end. */
  readonly bytesMax: number;
}

interface Kept {
  readonly snapshot: Snapshot;
  readonly stock: Stock<Copy>;
}

interface Entry {
  readonly taking: Promise<{ readonly outcome: SnapshotOutcome; readonly kept?: Kept }>;
  /** What came of it; undefined where none could be taken. */
  kept: Kept | undefined;
  idle: Timer | undefined;
  readonly unwanted: AbortController;
}

/**
 * What came of taking a version's snapshot: `none` where its environments are initialised one by one, `failed` where its init failed,
 * `abandoned` where it was not wanted any more before it was there.
 */
export type SnapshotOutcome = "taken" | "none" | "failed" | "abandoned";

/** Versions whose log has been told why they have no snapshot. */
const TOLD_REMEMBERED_MAX = 10_000;

export class Snapshots {
  readonly #options: SnapshotsOptions;
  /** By configuration, the last used at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new Set<Promise<void>>();
  readonly #told = new Set<string>();
  #restored = 0;
  #isClosed = false;

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  /** Snapshots, copies that wait, and copies that became environments since the start. */
  counts(): { snapshots: number; copies: number; restored: number } {
    const kept = this.#allKept();
    const copies = kept.reduce((sum, { stock }) => sum + stock.readyCount, 0);
    return { snapshots: kept.length, copies, restored: this.#restored };
  }

  /** The version will be called: its snapshot is taken now. */
  async prepare(scope: Scope, target: FunctionVersion): Promise<SnapshotOutcome> {
    if (this.#isClosed) return "abandoned";
    return (await this.#entryFor(scope, target)?.taking)?.outcome ?? "none";
  }

  /**
   * A copy for an environment, which is the caller's now; waits for the snapshot where it is just being taken. Undefined where
   * the function has none.
   */
  async take(scope: Scope, target: FunctionVersion): Promise<Copy | undefined> {
    const kept = (await this.#entryFor(scope, target)?.taking)?.kept;
    if (kept === undefined) return undefined;
    const { starts, reportFault } = this.#options.parts;
    const copy =
      kept.stock.take() ??
      (await starts
        .run(target.configurationId, () => kept.snapshot.copy())
        .catch((error: unknown) => {
          reportFault(error, `(snapshot of ${target.name})`);
          return undefined;
        }));
    if (copy !== undefined) this.#restored++;
    return copy;
  }

  /** The configuration is replaced or deleted. */
  retire(configurationId: string): void {
    const entry = this.#entries.get(configurationId);
    if (entry === undefined) return;
    this.#entries.delete(configurationId);
    entry.idle?.cancel();
    entry.unwanted.abort();
    const ending = entry.taking
      .then(async ({ kept }) => {
        await kept?.stock.close();
        await kept?.snapshot.end();
      })
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** No more are taken, and those that are being taken end: the server stops. */
  abandon(): void {
    this.#isClosed = true;
    for (const { kept, unwanted } of this.#entries.values()) if (kept === undefined) unwanted.abort();
  }

  /** After the environments that came of them. */
  async close(): Promise<void> {
    this.abandon();
    for (const configurationId of [...this.#entries.keys()]) this.retire(configurationId);
    await Promise.all(this.#ending);
  }

  #entryFor(scope: Scope, target: FunctionVersion): Entry | undefined {
    if (this.#isClosed || !isSnapStart(target)) return undefined;
    const { configurationId } = target;
    const choice = this.#options.parts.runtimes.choose(target.settings.Runtime ?? "");
    // Its environments will say that it is not installed.
    if (choice === undefined) return undefined;
    const obstacle = this.#obstacleOf(target, choice);
    if (obstacle !== undefined) {
      this.#tell(scope, target, choice, obstacle);
      return undefined;
    }
    const entry = this.#entries.get(configurationId) ?? this.#newEntry(scope, target, choice);
    entry.idle?.cancel();
    entry.idle = this.#options.parts.clock.after(ENVIRONMENT_LIMITS.snapshotIdleMs, () =>
      this.retire(configurationId),
    );
    this.#entries.delete(configurationId);
    this.#entries.set(configurationId, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > ENVIRONMENT_LIMITS.snapshotsMax && oldest !== undefined) this.retire(oldest);
    return entry;
  }

  #newEntry(scope: Scope, target: FunctionVersion, choice: RuntimeChoice): Entry {
    const { configurationId } = target;
    const unwanted = new AbortController();
    const taking = this.#keep(scope, target, choice, unwanted.signal);
    const entry: Entry = { taking, kept: undefined, idle: undefined, unwanted };
    const isCurrent = (): boolean => this.#entries.get(configurationId) === entry;
    void taking.then(({ kept }) => {
      if (kept === undefined || !isCurrent()) return;
      entry.kept = kept;
      this.#keepWithin();
      void kept.snapshot.gone.then(() => {
        if (isCurrent()) this.retire(configurationId);
      });
    });
    return entry;
  }

  #allKept(): Kept[] {
    return [...this.#entries.values()].flatMap(({ kept }) => kept ?? []);
  }

  /** Why environments of this version cannot be copies, as far as that is known before its init. */
  #obstacleOf({ settings }: FunctionVersion, choice: RuntimeChoice): string | undefined {
    const { driver, network } = this.#options.parts;
    // Of the runtimes that AWS takes snapshots of, this is the one that can be forked.
    if (choice.interpreter?.language !== "python")
      return "a process of its runtime has threads that a copy would lose";
    if (!driver.canCopy || network.acquireWithin === undefined)
      return "only bubblewrap with control groups, as root, can copy a runtime";
    if (settings.Environment?.Variables["AWS_LAMBDA_EXEC_WRAPPER"] !== undefined)
      return "AWS_LAMBDA_EXEC_WRAPPER starts its runtime";
    return undefined;
  }

  /** Once, into a stream of its own. */
  #tell(scope: Scope, target: FunctionVersion, choice: RuntimeChoice, obstacle: string): void {
    if (this.#told.has(target.configurationId) || this.#told.size >= TOLD_REMEMBERED_MAX) return;
    this.#told.add(target.configurationId);
    const id = randomBytes(16).toString("hex");
    const { log } = environmentLog(this.#options.parts, { id, scope, target, choice });
    log.platform({ kind: "warning", text: oneByOne(obstacle) });
  }

  #keepWithin(): void {
    const total = (): number => this.#allKept().reduce((sum, { snapshot }) => sum + snapshot.sharedBytes, 0);
    for (const configurationId of [...this.#entries.keys()].slice(0, -1)) {
      if (total() <= this.#options.bytesMax) return;
      this.retire(configurationId);
    }
  }

  async #keep(
    scope: Scope,
    target: FunctionVersion,
    choice: RuntimeChoice,
    unwanted: AbortSignal,
  ): Promise<{ outcome: SnapshotOutcome; kept?: Kept }> {
    const { parts, readyMax } = this.#options;
    const what = `(snapshot of ${target.name})`;
    try {
      const files = await filesOf(parts, target);
      if (hasExtensions(files.layers)) {
        this.#tell(scope, target, choice, "its extensions are processes of their own");
        return { outcome: "none" };
      }
      const taken = await takeSnapshot(parts, scope, target, choice, files, unwanted);
      if (taken.kind !== "taken") return { outcome: taken.kind === "unfit" ? "none" : taken.kind };
      const { snapshot } = taken;
      const stock = new Stock<Copy>({
        clock: parts.clock,
        make: () => parts.starts.run(target.configurationId, () => snapshot.copy()),
        discard: endUnused,
        spoiled: ({ sandbox }) => sandbox.exited,
        readyMax,
        reportFault: (error) => parts.reportFault(error, what),
      });
      stock.refillSoon();
      return { outcome: "taken", kept: { snapshot, stock } };
    } catch (error) {
      if (unwanted.aborted) return { outcome: "abandoned" };
      parts.reportFault(error, what);
      return { outcome: "none" };
    }
  }
}
