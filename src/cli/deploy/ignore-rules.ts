/** Which files of a folder do not belong into the package: a fixed list, and a file `.lambkinignore` in git's syntax. */
import { readFileSync } from "node:fs";
import path from "node:path";

export const IGNORE_FILE = ".lambkinignore";

/** What no function needs. `node_modules` stays: it is how Node.js functions bring their packages. */
const ALWAYS = [
  ...[".git/", ".hg/", ".svn/", "__pycache__/", "*.pyc", ".DS_Store", ".idea/", ".vscode/", ".venv/"],
  ...[".pytest_cache/", ".mypy_cache/", ".lambkin/", ".env", "*.swp", "*~", "4913"],
  ...["/lambkin.json", `/${IGNORE_FILE}`],
];

interface Rule {
  readonly pattern: RegExp;
  readonly isForFoldersOnly: boolean;
  readonly isException: boolean;
}

export class IgnoreRules {
  readonly #rules: readonly Rule[];

  constructor(lines: readonly string[]) {
    this.#rules = lines.flatMap((line) => ruleOf(line) ?? []);
  }

  /** Reads the folder's own file where there is one. */
  static of(folder: string): IgnoreRules {
    let own: string[] = [];
    try {
      own = readFileSync(path.join(folder, IGNORE_FILE), "utf8").split(/\r?\n/);
    } catch {
      // No such file is the usual case.
    }
    return new IgnoreRules([...ALWAYS, ...own]);
  }

  /** `name` is relative, with slashes. The last rule that fits decides. */
  ignores(name: string, isFolder: boolean): boolean {
    const rule = this.#rules.findLast(
      ({ pattern, isForFoldersOnly }) => (isFolder || !isForFoldersOnly) && pattern.test(name),
    );
    return rule !== undefined && !rule.isException;
  }
}

/** Source: gitignore(5). */
function ruleOf(line: string): Rule | undefined {
  let text = line.trim();
  if (text === "" || text.startsWith("#")) return undefined;
  const isException = text.startsWith("!");
  if (isException) text = text.slice(1);
  const isForFoldersOnly = text.endsWith("/");
  if (isForFoldersOnly) text = text.slice(0, -1);
  // A slash within binds the pattern to the folder's top.
  const isBound = text.includes("/");
  const body = text.replace(/^\//, "").split("/").map(partPattern).join("/");
  const prefix = isBound ? "^" : "^(?:.*/)?";
  const pattern = new RegExp(`${prefix}${body}$`.replaceAll("**/", "(?:.*/)?").replaceAll("/**", "/.*"));
  return { pattern, isForFoldersOnly, isException };
}

/** One part of a path; `**` is left for the whole to replace. */
function partPattern(part: string): string {
  if (part === "**") return "**";
  return part.replaceAll(/\\(.)|\*+|\?|\[!?[^\]]+\]|[.+^${}()|]/g, (match, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped.replace(/[^\w]/, "\\$&");
    if (match.startsWith("*")) return "[^/]*";
    if (match === "?") return "[^/]";
    return match.startsWith("[") ? match.replace("[!", "[^") : `\\${match}`;
  });
}
