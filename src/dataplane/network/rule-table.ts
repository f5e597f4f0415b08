/** Keeps one server's rules in the kernel for as long as the server lives, and puts them back should they get lost. */
import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { NETWORK_LIMITS } from "../../config/mod.ts";
import {
  forgetRuntimeApiCommand,
  interfaceGroup,
  type RuleSet,
  runtimeApiCommand,
  tableCommands,
  tableName,
} from "./network-rules.ts";
import { NftSession } from "./nft-session.ts";

const run = promisify(execFile);

type Rules = Omit<RuleSet, "runtimeApis">;

export class RuleTable {
  readonly #runtimeApis = new Map<string, number>();
  readonly #reportFault: (error: unknown) => void;
  #rules: Rules;
  #session: NftSession;
  #restoredAtMs = Number.NEGATIVE_INFINITY;
  #isOwned = true;
  /** Between `open` and `close` the rules have to be there. */
  #isInForce = false;

  private constructor(rules: Rules, reportFault: (error: unknown) => void) {
    this.#rules = rules;
    this.#reportFault = reportFault;
    this.#session = this.#newSession();
  }

  /** Rejects where this process may not load rules. */
  static async open(rules: Rules, reportFault: (error: unknown) => void): Promise<RuleTable> {
    const table = new RuleTable(rules, reportFault);
    try {
      await table.load(rules).catch(async () => {
        // Kernels before 5.12 know no owners: then we remove it, or the next server does.
        table.#isOwned = false;
        await table.load(rules);
      });
      table.#isInForce = true;
      return table;
    } catch (error) {
      await table.close();
      throw error;
    }
  }

  async load(rules: Rules): Promise<void> {
    this.#rules = rules;
    await this.#session.run(tableCommands({ ...rules, runtimeApis: this.#runtimeApis }, this.#isOwned));
  }

  async addRuntimeApi(slotInterface: string, port: number): Promise<void> {
    this.#runtimeApis.set(slotInterface, port);
    await this.#session.run(runtimeApiCommand(this.#rules.server, slotInterface, port));
  }

  async removeRuntimeApi(slotInterface: string): Promise<void> {
    this.#runtimeApis.delete(slotInterface);
    await this.#session.run(forgetRuntimeApiCommand(this.#rules.server, slotInterface));
  }

  async close(): Promise<void> {
    this.#isInForce = false;
    const { server } = this.#rules;
    if (!this.#isOwned) await this.#session.run(`delete table inet ${tableName(server)}`).catch(() => {});
    await this.#session.close();
  }

  #newSession(): NftSession {
    // A function that outlives the server (not every kind of sandbox dies with it) must not outlive the rules.
    const session = new NftSession(`ip link del group ${interfaceGroup(this.#rules.server)}`);
    void session.ended.then(() => this.#restore());
    return session;
  }

  /** Somebody killed nft: with it went what keeps the functions in. */
  async #restore(): Promise<void> {
    if (!this.#isInForce) return;
    this.#reportFault(
      new Error("nft ended, and with it the rules of functions' networks; loading them again"),
    );
    const sinceMs = performance.now() - this.#restoredAtMs;
    if (sinceMs < NETWORK_LIMITS.rulesRestorePauseMs) await setTimeout(NETWORK_LIMITS.rulesRestorePauseMs);
    if (!this.#isInForce) return;
    this.#restoredAtMs = performance.now();
    this.#session = this.#newSession();
    await this.load(this.#rules).catch(this.#reportFault);
  }
}

/** Numbers of the servers that have a table. */
export async function serversWithRules(): Promise<number[]> {
  const { stdout } = await run("nft", ["list", "tables", "inet"]);
  return [...stdout.matchAll(/^table inet lambkin(\d+)(?:\s.*)?$/gm)].map((match) => Number(match[1]));
}

/** Of a server that is gone. */
export async function removeRules(server: number): Promise<void> {
  await run("nft", [`delete table inet ${tableName(server)}`]);
}
