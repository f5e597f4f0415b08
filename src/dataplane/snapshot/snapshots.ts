/** Which function versions have a snapshot, and the copies of each that wait for an environment. */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Timer } from "../../kit/mod.ts";
import { type FunctionVersion, isSnapStart, type Scope } from "../../model/mod.ts";
import { hasExtensions } from "../environment/find-extensions.ts";
import { endUnused } from "../environment/place.ts";
import { filesOf, type SandboxParts } from "../environment/start-sandbox.ts";
import { Stock } from "../environment/stock.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import type { Copy, Snapshot } from "./snapshot.ts";
import { takeSnapshot } from "./take-snapshot.ts";

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
  /** Undefined where none could be taken. */
  readonly taking: Promise<Kept | undefined>;
  /** What came of it. */
  kept: Kept | undefined;
  idle: Timer | undefined;
}

export class Snapshots {
  readonly #options: SnapshotsOptions;
  /** By configuration, the last used at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #ending = new Set<Promise<void>>();
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
  expect(scope: Scope, target: FunctionVersion): void {
    this.#entryFor(scope, target);
  }

  /**
   * A copy for an environment, which is the caller's now; waits for the snapshot where it is just being taken. Undefined where
   * the function has none.
   */
  async take(scope: Scope, target: FunctionVersion): Promise<Copy | undefined> {
    const kept = await this.#entryFor(scope, target)?.taking;
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
    const ending = entry.taking
      .then(async (kept) => {
        await kept?.stock.close();
        await kept?.snapshot.end();
      })
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  /** After the environments that came of them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const configurationId of [...this.#entries.keys()]) this.retire(configurationId);
    await Promise.all(this.#ending);
  }

  #entryFor(scope: Scope, target: FunctionVersion): Entry | undefined {
    const choice = this.#choiceFor(target);
    if (choice === undefined) return undefined;
    const { configurationId } = target;
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
    const taking = this.#keep(scope, target, choice);
    const entry: Entry = { taking, kept: undefined, idle: undefined };
    const isCurrent = (): boolean => this.#entries.get(configurationId) === entry;
    void taking.then((kept) => {
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

  #choiceFor(target: FunctionVersion): RuntimeChoice | undefined {
    const { driver, network, runtimes } = this.#options.parts;
    if (this.#isClosed || !isSnapStart(target)) return undefined;
    if (!driver.canCopy || network.acquireWithin === undefined) return undefined;
    if (target.settings.Environment?.Variables["AWS_LAMBDA_EXEC_WRAPPER"] !== undefined) return undefined;
    const choice = runtimes.choose(target.settings.Runtime ?? "");
    // Of the runtimes that AWS takes snapshots of, this is the one that can be forked.
    return choice?.interpreter?.language === "python" ? choice : undefined;
  }

  #keepWithin(): void {
    const total = (): number => this.#allKept().reduce((sum, { snapshot }) => sum + snapshot.sharedBytes, 0);
    for (const configurationId of [...this.#entries.keys()].slice(0, -1)) {
      if (total() <= this.#options.bytesMax) return;
      this.retire(configurationId);
    }
  }

  async #keep(scope: Scope, target: FunctionVersion, choice: RuntimeChoice): Promise<Kept | undefined> {
    const { parts, readyMax } = this.#options;
    const what = `(snapshot of ${target.name})`;
    try {
      const files = await filesOf(parts, target);
      // They are processes of their own, started before the runtime.
      if (hasExtensions(files.layers)) return undefined;
      const snapshot = await takeSnapshot(parts, scope, target, choice, files);
      if (snapshot === undefined) return undefined;
      const stock = new Stock<Copy>({
        clock: parts.clock,
        make: () => parts.starts.run(target.configurationId, () => snapshot.copy()),
        discard: endUnused,
        spoiled: ({ sandbox }) => sandbox.exited,
        readyMax,
        reportFault: (error) => parts.reportFault(error, what),
      });
      stock.refillSoon();
      return { snapshot, stock };
    } catch (error) {
      parts.reportFault(error, what);
      return undefined;
    }
  }
}
