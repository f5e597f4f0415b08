/** The direction of imports between the folders of `src/`: who may know whom. docs/ARCHITECTURE.md draws it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Each folder's rank; a file imports only from its own folder and from strictly lower ranks. */
const RANKS: Readonly<Record<string, number>> = {
  kit: 0,
  errors: 0,
  config: 1,
  model: 2,
  store: 3,
  observe: 4,
  dataplane: 4,
  eventsources: 5,
  gateway: 6,
  lambda: 6,
  services: 6,
  remote: 6,
  cli: 6,
  product: 7,
};

/** Files directly in `src/` compose the rest and may import everything. */
const COMPOSITION_RANK = 9;

/** Below these no AWS rule and nothing of the store may be known. */
const FORBIDDEN: readonly (readonly [from: string, to: string, why: string])[] = [
  ["dataplane/sandbox", "store", "a sandbox gets folders and variables, never records"],
  ["dataplane/runtime-api", "store", "the runtime's wire knows invocations, never records"],
  ["gateway", "dataplane", "the gateway is handed operation tables and knows no Lambda rules"],
  ["gateway", "store", "the gateway is handed operation tables and knows no records"],
  ["cli", "store", "the command line speaks only HTTP to the server"],
  ["cli", "observe", "the command line speaks only HTTP to the server"],
  ["cli", "eventsources", "the command line speaks only HTTP to the server"],
  // `cli/doctor` tries what the server would use, without a server: that code is not written twice.
  ["cli/commands", "dataplane", "the command line speaks only HTTP to the server"],
  ["cli/deploy", "dataplane", "the command line speaks only HTTP to the server"],
];

/** One sentence for each import that goes the wrong way, past a folder's `mod.ts`, or round in a circle of folders. */
export function layerViolations(sourceFolder: string): string[] {
  const violations: string[] = [];
  for (const file of sourceFiles(sourceFolder)) {
    const from = path.relative(sourceFolder, file);
    for (const specifier of relativeImports(readFileSync(file, "utf8"))) {
      const to = path.relative(sourceFolder, path.resolve(path.dirname(file), specifier));
      if (to.startsWith("..")) continue;
      const wrong = judge(from, to);
      if (wrong !== undefined) violations.push(`${from} imports ${to}: ${wrong}`);
    }
  }
  return violations;
}

function judge(from: string, to: string): string | undefined {
  const fromFolder = topFolder(from);
  const toFolder = topFolder(to);
  if (fromFolder === toFolder) return forbidden(from, to);
  const fromRank = rankOf(fromFolder);
  const toRank = rankOf(toFolder);
  if (fromRank === undefined) return `folder ${fromFolder} has no rank in scripts/layers.ts`;
  if (toRank === undefined) return `folder ${toFolder} has no rank in scripts/layers.ts`;
  if (toRank >= fromRank) return `${fromFolder} (rank ${fromRank}) may not know ${toFolder} (rank ${toRank})`;
  if (toFolder !== "" && !isFolderDoor(to)) return `folders are entered through their mod.ts`;
  return forbidden(from, to);
}

function forbidden(from: string, to: string): string | undefined {
  return FORBIDDEN.find(([left, right]) => from.startsWith(`${left}/`) && to.startsWith(`${right}/`))?.[2];
}

/** `services/logs/mod.ts` is a door as `store/mod.ts` is: each service is a folder of its own. */
function isFolderDoor(file: string): boolean {
  return path.basename(file) === "mod.ts";
}

function topFolder(file: string): string {
  const [first = "", ...rest] = file.split(path.sep);
  if (rest.length === 0) return "";
  return first === "services" ? `services/${rest[0]}` : first;
}

function rankOf(folder: string): number | undefined {
  return folder === "" ? COMPOSITION_RANK : RANKS[folder.split("/")[0] ?? ""];
}

function relativeImports(source: string): string[] {
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s+["'](\.[^"']+)["']|import\(["'](\.[^"']+)["']\)/g,
  );
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => path.join(folder, name));
}
