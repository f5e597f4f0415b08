/** Finds a function's language and handler in an archive's files: the usual names first. */
import { type Archive, textOf } from "../../kit/archive.ts";

export interface Guess {
  /** How the names of its runtimes begin. */
  readonly family: string;
  readonly handler: string;
}

const KINDS: readonly {
  readonly family: string;
  readonly files: RegExp;
  readonly usual: RegExp;
  /** Names that a file gives to what may be called from outside. */
  readonly definitions: RegExp;
}[] = [
  {
    family: "nodejs",
    files: /^[^/]+\.[mc]?js$/,
    usual: /^(index|app|main|handler|lambda|function)\./,
    definitions: /\bexports\.(\w+)\s*=|\bexport\s+(?:async\s+)?(?:const|let|var|function\*?)\s+(\w+)/g,
  },
  {
    family: "python",
    files: /^[^/]+\.py$/,
    usual: /^(lambda_function|app|main|handler|index)\./,
    definitions: /^(?:async\s+)?def\s+([A-Za-z]\w*)\s*\(/gm,
  },
  {
    family: "ruby",
    files: /^[^/]+\.rb$/,
    usual: /^(lambda_function|app|main|handler)\./,
    definitions: /^\s*def\s+(?:self\.)?(\w+)/gm,
  },
];

const PREFERRED = ["handler", "lambda_handler", "lambdaHandler", "main"];

/** Undefined when nothing in it looks like a handler. */
export function guessHandler(archive: Archive): Guess | undefined {
  if (archive.has("bootstrap")) return { family: "provided", handler: "bootstrap" };
  for (const isUsual of [true, false]) {
    for (const { family, files, usual, definitions } of KINDS) {
      for (const [name, file] of archive) {
        if (!files.test(name) || usual.test(name) !== isUsual) continue;
        const found = [...(textOf(file) ?? "").matchAll(definitions)].map(
          ([, one, other]) => one ?? other ?? "",
        );
        const handler =
          PREFERRED.find((each) => found.includes(each)) ?? (found.length === 1 ? found[0] : undefined);
        if (handler !== undefined)
          return { family, handler: `${name.slice(0, name.lastIndexOf("."))}.${handler}` };
      }
    }
  }
  return undefined;
}
