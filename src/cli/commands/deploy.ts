/** `lambkin deploy`: a folder becomes a function, once or with every save. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError, isConnectionTrouble, usageError, wordsFor } from "../cli-error.ts";
import { type Connection, connectionOf, optionsOf } from "../connection.ts";
import type { Deployment } from "../deploy/deploy-function.ts";
import { DeployJob, packagesHint, type Report } from "../deploy/deploy-job.ts";
import type { DeployOptions } from "../deploy/deploy-settings.ts";
import { FolderWatch } from "../deploy/folder-watch.ts";
import { IGNORE_FILE, IgnoreRules } from "../deploy/ignore-rules.ts";
import { PackageFolder } from "../deploy/package-folder.ts";
import { onInterrupt, pause } from "../interrupt.ts";
import { paint, print, printJson, say } from "../output.ts";
import { startProgress } from "../progress.ts";

type Options = DeployOptions & { readonly json?: boolean; readonly watch?: boolean };

export function define(command: Command): void {
  command
    .argument("<folder>", "what the function consists of; lambkin.json in it may hold settings")
    .option("-n, --name <name>", "the function's name (else the folder's)")
    .option("--runtime <id>", "python3.12, nodejs22.x, … (else guessed from the files)")
    .option("--handler <name>", "file.function (else guessed from the files)")
    .option("--memory <MB>", "memory", wholeNumber)
    .option("--timeout <seconds>", "the longest that a call may take", wholeNumber)
    .option("--description <text>", "description")
    .option("--role <arn>", "execution role")
    .option("-e, --env <NAME=value>", "a variable, again for more; the others stay", collect)
    .option("--layer <arn>", "a layer version, again for more; these are all it has", collect)
    .option("--url", "give it a URL, and print it")
    .option("--publish", "publish a version")
    .option("--install", "bring what requirements.txt names along")
    .option("-w, --watch", "go on, and update the code with every save")
    .action(async (folder: string) => {
      const options = optionsOf<Options>(command);
      if (options.watch && options.publish)
        throw usageError("--watch would publish a version with every save.");
      if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
        throw new CliError(`${folder} is not a folder.`);
      }
      const connection = connectionOf(options);
      if (options.watch) await watch(connection, folder, options);
      else await once(connection, folder, options);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It takes a whole number.");
  return Number(text);
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

async function once(connection: Connection, at: string, options: Options): Promise<void> {
  const folder = new PackageFolder(at, IgnoreRules.of(at));
  const startedMs = performance.now();
  const deployment = await withProgress(connection, folder, options, (job) => job.run());
  if (options.json) return printJson({ ...deployment, tookMs: Math.round(performance.now() - startedMs) });
  show(deployment, performance.now() - startedMs);
  const hint = packagesHint(folder, options);
  if (hint !== undefined) say(paint("yellow", hint, process.stderr));
  if (deployment.isCreated) say(nextSteps(deployment, at));
}

async function withProgress<T>(
  connection: Connection,
  folder: PackageFolder,
  options: Options,
  work: (job: DeployJob) => Promise<T>,
): Promise<T> {
  const progress = startProgress("reading the folder …");
  const report: Report = (step, share) => progress.update(step, share);
  try {
    return await work(new DeployJob({ connection, folder, options, report }));
  } finally {
    progress.end();
  }
}

function show(
  { functionName, isCreated, updated, version, url, runtime, handler }: Deployment,
  ms: number,
): void {
  const what = isCreated
    ? "created"
    : updated.length === 0
      ? "unchanged"
      : `updated: ${updated.join(" and ")}`;
  print(`${paint("bold", functionName)}  ${what} (${runtime}, ${handler}), ${Math.round(ms)} ms`);
  if (version !== undefined) print(`version  ${version}`);
  if (url !== undefined) print(`url      ${url}`);
}

function nextSteps({ functionName, url }: Deployment, folder: string): string {
  const steps = [
    ...(url === undefined ? [] : [`curl ${url}`]),
    `lambkin invoke ${functionName} --payload '{}'`,
    `lambkin logs ${functionName} --follow`,
    `lambkin deploy ${folder} --watch`,
  ];
  return `next:\n${steps.map((step) => `  ${step}`).join("\n")}`;
}

/** Ends with Ctrl-C. A server that goes and comes back finds what was saved meanwhile. */
async function watch(connection: Connection, at: string, options: Options): Promise<void> {
  const signal = onInterrupt();
  const watcher = new FolderWatch();
  const folder = new PackageFolder(at, IgnoreRules.of(at), watcher);
  const job = new DeployJob({ connection, folder, options, report: () => {} });
  const tell = (line: object, words: string): void =>
    options.json ? print(JSON.stringify(line)) : print(words);
  const startedMs = performance.now();
  const first = await job.run();
  if (options.json)
    tell({ event: "deployed", ...first, tookMs: Math.round(performance.now() - startedMs) }, "");
  else show(first, performance.now() - startedMs);
  if (!options.json) say(`watching ${path.resolve(at)}; Ctrl-C ends`);
  let isAway = false;
  for (;;) {
    const changes = await watcher.next(signal);
    if (changes === undefined) break;
    for (const file of changes.paths) job.forget(file);
    if (changes.paths.has(path.join(folder.root, IGNORE_FILE))) folder.follow(IgnoreRules.of(folder.root));
    else for (const name of changes.folders) folder.reread(name);
    try {
      const deployment = await job.run();
      if (isAway && !options.json) say("the server is back");
      isAway = false;
      if (!deployment.isCreated && deployment.updated.length === 0) continue;
      const liveMs = Math.round(performance.now() - changes.firstMs);
      const names = namesOf(changes.paths, folder);
      tell(
        { event: "live", liveMs, changed: names, codeSha256: deployment.codeSha256 },
        liveWords(liveMs, names),
      );
    } catch (error) {
      const isServerAway = isConnectionTrouble(error);
      // What is wrong in the folder is repaired by its next save; what is wrong with the server is not.
      if (isServerAway) watcher.putBack(changes);
      const words = wordsFor(error, connection.endpoint);
      if (words === undefined) throw error;
      if (!isServerAway || !isAway) say(`${paint("red", "not deployed:", process.stderr)} ${words}`);
      isAway = isServerAway;
      if (isServerAway) await pause(CLI_LIMITS.retryMs, signal);
    }
  }
  watcher.close();
}

/** Editors make and remove files of their own: those that are still there are what was saved. */
function namesOf(paths: ReadonlySet<string>, folder: PackageFolder): string[] {
  const kept = [...paths].filter((file) => existsSync(file));
  return (kept.length > 0 ? kept : [...paths]).map((file) => path.relative(folder.root, file)).sort();
}

function liveWords(liveMs: number, names: readonly string[]): string {
  const time = new Date().toTimeString().slice(0, 8);
  const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  return `${paint("dim", time)}  ${paint("green", "live")} in ${liveMs} ms  ${shown}`;
}
