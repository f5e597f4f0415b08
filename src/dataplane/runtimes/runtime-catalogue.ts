/** Which installed interpreter serves which runtime, and how a function of it is started. */
import { createHash } from "node:crypto";
import { findRuntime, type ManagedLanguage, type RuntimeName, SUPPORTED_RUNTIMES } from "../../model/mod.ts";
import type { Interpreter } from "./find-interpreters.ts";

export interface RuntimeCatalogueOptions {
  readonly interpreters: readonly Interpreter[];
  /** For each language the folder of what the platform brings; a language without one cannot be run. */
  readonly bootstraps: Readonly<Record<ManagedLanguage, string | undefined>>;
  /** Folder of packages that functions of Node.js find; undefined where none are installed. */
  readonly nodePackages: string | undefined;
  readonly allowFallback: boolean;
}

export interface RuntimeChoice {
  readonly runtime: RuntimeName;
  /** Undefined for provided runtimes: the function brings its own program. */
  readonly interpreter: Interpreter | undefined;
  /** Said in the function's log when another version than asked for runs it. */
  readonly warning: string | undefined;
}

export interface RuntimeReport {
  readonly available: boolean;
  readonly program?: string;
  readonly version?: string;
  readonly warning?: string;
}

export class RuntimeCatalogue {
  readonly #options: RuntimeCatalogueOptions;

  constructor(options: RuntimeCatalogueOptions) {
    this.#options = options;
  }

  /** Undefined when no interpreter of this machine may serve the runtime. */
  choose(runtimeId: string): RuntimeChoice | undefined {
    const runtime = findRuntime(runtimeId);
    if (runtime === undefined) return undefined;
    if (runtime.language === "provided") return { runtime, interpreter: undefined, warning: undefined };
    if (this.#options.bootstraps[runtime.language] === undefined) return undefined;
    const same = this.#options.interpreters.filter((candidate) => candidate.language === runtime.language);
    const exact = same.find((candidate) => candidate.version === runtime.version);
    if (exact !== undefined) return { runtime, interpreter: exact, warning: undefined };
    const nearest = this.#options.allowFallback ? nearestTo(runtime.version, same) : undefined;
    if (nearest === undefined) return undefined;
    const warning =
      `${runtime.id} is not installed on this machine; ` +
      `${nearest.language} ${nearest.version} runs the function instead.`;
    return { runtime, interpreter: nearest, warning };
  }

  /** For health: every supported runtime by id. */
  report(): Record<string, RuntimeReport> {
    return Object.fromEntries(
      SUPPORTED_RUNTIMES.map(({ id }) => {
        const choice = this.choose(id);
        if (choice === undefined) return [id, { available: false }];
        const { interpreter, warning } = choice;
        return [
          id,
          {
            available: true,
            ...(interpreter && { program: interpreter.program, version: interpreter.version }),
            ...(warning !== undefined && { warning }),
          },
        ];
      }),
    );
  }

  /** Host folder of the packages that come with the runtime. */
  packagesFolder(choice: RuntimeChoice): string | undefined {
    return choice.interpreter?.language === "nodejs" ? this.#options.nodePackages : undefined;
  }

  /** Host folder of what the platform brings for the language. */
  bootstrapFolder(choice: RuntimeChoice): string | undefined {
    return choice.interpreter && this.#options.bootstraps[choice.interpreter.language];
  }
}

/** AWS's form; what the digest stands for is AWS's secret, ours is the runtime's id. */
export function runtimeVersionArn(region: string, runtimeId: string): string {
  return `arn:aws:lambda:${region}::runtime:${createHash("sha256").update(runtimeId).digest("hex")}`;
}

function nearestTo(version: string, candidates: readonly Interpreter[]): Interpreter | undefined {
  const wanted = ordinal(version);
  const distance = (candidate: Interpreter): number => Math.abs(ordinal(candidate.version) - wanted);
  const serving = candidates.filter((candidate) => ordinal(candidate.version) >= OLDEST[candidate.language]);
  return serving.toSorted((a, b) => distance(a) - distance(b) || ordinal(b.version) - ordinal(a.version))[0];
}

/** What the platform's own part still runs on, by the number that counts up within the language. */
const OLDEST: Readonly<Record<ManagedLanguage, number>> = { python: 8, nodejs: 18, java: 8, ruby: 0 };

/** `3.10` → 10, `22` → 22: the part that counts up within a language. */
function ordinal(version: string): number {
  return Number(version.split(".").at(-1));
}
