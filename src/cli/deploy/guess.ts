/** Finds out from a package's files what runs it, for functions whose settings do not say. */
import { readFileSync } from "node:fs";
import { CliError } from "../cli-error.ts";
import type { RuntimeHealth } from "../server-answers.ts";
import type { PackageFile } from "./package-folder.ts";

export interface Guess {
  readonly runtime: string;
  readonly handler: string;
}

type Language = "nodejs" | "python" | "ruby";

/** The usual names first; a file alone of its kind counts, too. */
const USUAL: readonly (readonly [Language, RegExp])[] = [
  ["nodejs", /^(index|app|main|handler|lambda|function)\.(mjs|js|cjs)$/],
  ["python", /^(lambda_function|app|main|handler|index)\.py$/],
  ["ruby", /^(lambda_function|app|main|handler)\.rb$/],
];

const ANY: readonly (readonly [Language, RegExp])[] = [
  ["nodejs", /^[^/]+\.(mjs|js|cjs)$/],
  ["python", /^[^/]+\.py$/],
  ["ruby", /^[^/]+\.rb$/],
];

/** What functions in a file may be called that are meant to be handlers, the best first. */
const DEFINITIONS: Readonly<Record<Language, readonly RegExp[]>> = {
  nodejs: [
    /\bexports\.(\w+)\s*=/g,
    /\bexport\s+(?:async\s+)?(?:const|let|var|function\*?)\s+(\w+)/g,
    /\bexport\s*\{[^}]*?\b(?:\w+\s+as\s+)?(\w+)\s*,?\s*\}/g,
  ],
  python: [/^(?:async\s+)?def\s+([A-Za-z]\w*)\s*\(/gm, /^([A-Za-z]\w*)\s*=\s*(?!["'\d[{])/gm],
  ruby: [/^\s*def\s+(?:self\.)?(\w+)/gm],
};

const PREFERRED = ["handler", "lambda_handler", "lambdaHandler", "main"];

/** Throws CliError when there is nothing to go by. `runtimes` is what the server's health says it has. */
export function guess(
  files: readonly PackageFile[],
  runtimes: Readonly<Record<string, RuntimeHealth>>,
): Guess {
  const names = files.map(({ name }) => name);
  const bootstrap = files.find(({ name }) => name === "bootstrap");
  if (bootstrap !== undefined) {
    if (!bootstrap.isExecutable) {
      throw new CliError("The file bootstrap is not executable; `chmod +x bootstrap` makes it so.");
    }
    return { runtime: "provided.al2023", handler: "bootstrap" };
  }
  for (const kinds of [USUAL, ANY]) {
    for (const [language, pattern] of kinds) {
      for (const file of files.filter(({ name }) => pattern.test(name)).sort(byRank(pattern))) {
        const handler = handlerIn(language, file);
        if (handler !== undefined) return { runtime: newest(language, runtimes), handler };
      }
    }
  }
  const typescript = names.find((name) => /^[^/]+\.m?ts$/.test(name));
  throw new CliError(
    typescript === undefined
      ? "No file here looks like a function's; --runtime and --handler say what runs it."
      : `${typescript} is TypeScript, which Lambda does not run; deploy what it is built to.`,
  );
}

/** Whether the module that a handler names is among the files; true for those that name no file. */
export function handlerIsThere(handler: string, files: readonly PackageFile[]): boolean {
  const module = handler.replace(/^\.\//, "").split(".").slice(0, -1).join(".");
  if (module === "" || handler.includes("::")) return true;
  const candidates = new Set(["js", "mjs", "cjs", "py", "rb"].map((ending) => `${module}.${ending}`));
  const inPackage = `${module.replaceAll(".", "/")}`;
  return files.some(
    ({ name }) => candidates.has(name) || name.startsWith(`${inPackage}/`) || name === `${inPackage}.py`,
  );
}

function byRank(pattern: RegExp): (one: PackageFile, other: PackageFile) => number {
  const order = /\(([^)]*)\)/.exec(pattern.source)?.[1]?.split("|") ?? [];
  const rank = ({ name }: PackageFile): number => order.indexOf(name.split(".")[0] ?? "");
  return (one, other) => rank(one) - rank(other);
}

function handlerIn(language: Language, file: PackageFile): string | undefined {
  const source = readFileSync(file.path, "utf8");
  const names = DEFINITIONS[language].flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, name]) => name),
  );
  const found = PREFERRED.find((name) => names.includes(name)) ?? (names.length === 1 ? names[0] : undefined);
  return found && `${file.name.replace(/\.\w+$/, "")}.${found}`;
}

/** The newest that is on the machine itself; else the newest that something stands in for. */
function newest(language: Language, runtimes: Readonly<Record<string, RuntimeHealth>>): string {
  const known = Object.entries(runtimes).filter(
    ([id, { available }]) => id.startsWith(language) && available,
  );
  const found = known.find(([, { warning }]) => warning === undefined) ?? known[0];
  if (found === undefined)
    throw new CliError(`The server has no runtime for ${language}; \`lambkin doctor\` says more.`);
  return found[0];
}
