/**
 * Which functions have a compile cache, and who gets one: the first environment of a function's code reports which modules it has
 * loaded, those are compiled a moment later, and the environments after that begin with the result.
 */
import { statSync } from "node:fs";
import { COMPILED_LIMITS } from "../../config/mod.ts";
import type { Timer } from "../../kit/mod.ts";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import { type CompiledCode, compiledKey } from "../../store/mod.ts";
import { filesOf, type SandboxParts } from "../environment/start-sandbox.ts";
import type { RuntimeChoice } from "../runtimes/runtime-catalogue.ts";
import { compileModules } from "./compile-modules.ts";
import { reportedModules } from "./reported-modules.ts";

/** What an environment that is about to start is to do. */
export type CompileCache =
  | { readonly kind: "kept"; readonly folder: string }
  /** Says what it has loaded, as its runtime words it. */
  | { readonly kind: "wanted"; readonly report: (modules: Buffer) => void };

interface Compilation {
  readonly key: string;
  readonly target: FunctionVersion;
  readonly choice: RuntimeChoice;
  readonly modules: readonly string[];
}

/** Older ones cannot be told to keep one. */
const OLDEST_NODE = 22;

/** Whoever sets one of these has a cache of his own, wants none, or is started in another way. */
const LEFT_ALONE = [
  "NODE_COMPILE_CACHE",
  "NODE_DISABLE_COMPILE_CACHE",
  "NODE_OPTIONS",
  "AWS_LAMBDA_EXEC_WRAPPER",
];

export class CompileCaches {
  readonly #parts: SandboxParts;
  readonly #store: CompiledCode;
  /** Those that wait and the one that runs. */
  readonly #pending = new Map<string, Compilation>();
  /** Keys that came to nothing. */
  readonly #failed = new Set<string>();
  readonly #ending = new AbortController();
  #timer: Timer | undefined;
  #work: Promise<void> | undefined;

  constructor(parts: SandboxParts, store: CompiledCode) {
    this.#parts = parts;
    this.#store = store;
  }

  /** Caches, and compilations that wait or run. */
  counts(): { compiled: number; compiling: number } {
    return { compiled: this.#store.count, compiling: this.#pending.size };
  }

  /** Undefined where the function has none and will not get one. */
  of(scope: Scope, target: FunctionVersion, choice: RuntimeChoice): CompileCache | undefined {
    const key = this.#keyOf(scope, target, choice);
    if (key === undefined) return undefined;
    const folder = this.#store.find(key);
    if (folder !== undefined) return { kind: "kept", folder };
    if (!this.#isWanted(key)) return undefined;
    return {
      kind: "wanted",
      report: (report) => {
        const modules = reportedModules(report);
        if (modules !== undefined && this.#isWanted(key)) this.#add({ key, target, choice, modules });
      },
    };
  }

  async close(): Promise<void> {
    this.#ending.abort();
    this.#timer?.cancel();
    await this.#work;
  }

  #isWanted(key: string): boolean {
    return (
      !this.#store.has(key) &&
      !this.#pending.has(key) &&
      !this.#failed.has(key) &&
      this.#pending.size < COMPILED_LIMITS.waitingMax &&
      !this.#ending.signal.aborted
    );
  }

  /** The interpreter's file may be replaced by another version under the same name. */
  #keyOf(scope: Scope, { name, code, settings }: FunctionVersion, choice: RuntimeChoice): string | undefined {
    const { interpreter } = choice;
    const variables = settings.Environment?.Variables ?? {};
    const hasUse =
      code.kind === "zip" &&
      interpreter?.language === "nodejs" &&
      Number(interpreter.version) >= OLDEST_NODE &&
      this.#parts.driver.name !== "process" &&
      !LEFT_ALONE.some((variable) => variable in variables);
    if (!hasUse) return undefined;
    const program = statSync(interpreter.program, { throwIfNoEntry: false });
    if (program === undefined) return undefined;
    return compiledKey(code.sha256, [
      ...[scope.accountId, scope.region, name, settings.Handler ?? "", this.#parts.driver.name],
      ...[interpreter.program, String(program.mtimeMs), String(program.size), choice.runtime.id],
      ...(settings.Layers ?? []).map((layer) => layer.CodeSha256),
    ]);
  }

  #add(compilation: Compilation): void {
    this.#pending.set(compilation.key, compilation);
    this.#soon();
  }

  #soon(): void {
    if (this.#timer !== undefined || this.#work !== undefined || this.#pending.size === 0) return;
    this.#timer = this.#parts.clock.after(COMPILED_LIMITS.delayMs, () => {
      this.#timer = undefined;
      const [next] = this.#pending.values();
      if (next === undefined || this.#ending.signal.aborted) return;
      this.#work = this.#compile(next).finally(() => {
        this.#work = undefined;
        this.#pending.delete(next.key);
        this.#soon();
      });
    });
  }

  async #compile({ key, target, choice, modules }: Compilation): Promise<void> {
    const { signal } = this.#ending;
    try {
      const files = await filesOf(this.#parts, target);
      const compiled = await compileModules(this.#parts, { choice, files, modules, signal });
      if (compiled.length > 0) await this.#store.keep(key, compiled);
    } catch (error) {
      if (!signal.aborted) this.#parts.reportFault(error, `(compile cache of ${target.name})`);
    }
    if (!this.#store.has(key)) this.#remember(key);
  }

  #remember(key: string): void {
    this.#failed.add(key);
    const [oldest] = this.#failed;
    if (this.#failed.size > COMPILED_LIMITS.failuresRemembered && oldest !== undefined) {
      this.#failed.delete(oldest);
    }
  }
}
