/** The command line `lambkin`: runs one command and ends with 0, 1 (it failed) or 2 (it was typed wrongly). */
import { readFileSync } from "node:fs";
import path from "node:path";
import { CommanderError } from "commander";
import { CliError, EXIT_FAILURE, EXIT_USAGE, wordsFor } from "./cli-error.ts";
import { connectionOf, type GlobalOptions } from "./connection.ts";
import { flush, paint, say } from "./output.ts";
import { buildProgram, isWanted } from "./program.ts";

const PACKAGE = path.join(import.meta.dirname, "../../package.json");

/** Whoever read our output has gone (`| head`): there is nothing more to do, and nothing went wrong. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

async function main(): Promise<number> {
  const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
  const program = buildProgram(version);
  const words = wordsTyped();
  let options: GlobalOptions = {};
  program.hook("preAction", (_, command) => {
    options = command.optsWithGlobals<GlobalOptions>();
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    if (isWanted(error)) return 0;
    // Commander has said what is wrong.
    if (error instanceof CommanderError) return EXIT_USAGE;
    const words = wordsFor(error, endpointFor(options));
    if (words === undefined) console.error(error);
    else say(`${paint("red", "lambkin:", process.stderr)} ${words}`);
    return error instanceof CliError ? error.exitCode : EXIT_FAILURE;
  }
}

/** Alone it is `--help`, and `help invoke` is `invoke --help`. */
function wordsTyped(): string[] {
  const [first, ...others] = process.argv.slice(2);
  if (first === undefined) return ["--help"];
  return first === "help" ? [...others, "--help"] : [first, ...others];
}

/** For the sentence about a failure, which may be that of the endpoint itself. */
function endpointFor(options: GlobalOptions): string {
  try {
    return connectionOf(options).endpoint;
  } catch {
    return String(options.endpoint);
  }
}

const exitCode = await main();
await flush();
// The SDK's connections would keep the process for a while.
process.exit(exitCode);
