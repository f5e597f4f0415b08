/** What may come next on a command line that is half typed; the shells' scripts ask for it with every Tab. */
import type { Argument, Command, Option } from "commander";
import { CLI_LIMITS } from "../../config/mod.ts";
import { lambdaClient } from "../clients.ts";
import { type Connection, connectionOf, type GlobalOptions } from "../connection.ts";
import { listFunctions } from "../functions.ts";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** The shell knows files and folders better. */
export type Completion = readonly Candidate[] | "files" | "folders";

export interface CompletionParts {
  readonly program: Command;
  /** Gives a command its arguments and options. */
  readonly define: (command: Command) => Promise<void>;
}

/** `words` follow the program's name; the last is the one under the cursor, and may be empty. */
export async function completionOf(words: readonly string[], parts: CompletionParts): Promise<Completion> {
  const { program, define } = parts;
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const inProgram = readWords(before, program.options);
  const [name] = inProgram.positional;
  if (name === undefined) {
    if (inProgram.openOption !== undefined) return valuesOf(inProgram.openOption);
    return matching(current, current.startsWith("-") ? flagsOf(program, []) : commandsOf(program));
  }
  const command = program.commands.find((each) => each.name() === name);
  if (command === undefined) return [];
  await define(command);
  const { positional, openOption, values } = readWords(
    before.slice(before.indexOf(name) + 1),
    command.options,
  );
  if (openOption !== undefined) {
    const found = valuesOf(openOption);
    return typeof found === "string" ? found : matching(current, found);
  }
  if (current.startsWith("-")) return matching(current, flagsOf(command, before));
  const argument = command.registeredArguments[positional.length];
  if (argument === undefined) return [];
  const found = await argumentValues(argument, { ...inProgram.values, ...values }, current);
  return typeof found === "string" ? found : matching(current, found);
}

interface ReadWords {
  readonly positional: readonly string[];
  /** The last word, where it is an option that waits for its value. */
  readonly openOption: Option | undefined;
  /** Of options that take one, by the name commander has for it. */
  readonly values: Readonly<Record<string, string>>;
}

function readWords(words: readonly string[], options: readonly Option[]): ReadWords {
  const positional: string[] = [];
  const values: Record<string, string> = {};
  let openOption: Option | undefined;
  for (const word of words) {
    if (openOption !== undefined) {
      values[openOption.attributeName()] = word;
      openOption = undefined;
    } else if (word.startsWith("-")) {
      const option = options.find(({ long, short }) => long === word || short === word);
      if (option?.required) openOption = option;
    } else positional.push(word);
  }
  return { positional, openOption, values };
}

function commandsOf(program: Command): Candidate[] {
  return program
    .createHelp()
    .visibleCommands(program)
    .map((command) => ({ value: command.name(), description: command.description() }));
}

function flagsOf(command: Command, used: readonly string[]): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long, short }) => !used.includes(long ?? "") && !used.includes(short ?? ""))
    .map(({ long, description }) => ({ value: long ?? "", description }));
}

/** By what its placeholder is called. */
function valuesOf({ flags, argChoices }: Option): Completion {
  if (argChoices !== undefined) return argChoices.map((value) => ({ value, description: "" }));
  if (flags.includes("<file>")) return "files";
  return flags.includes("<folder>") ? "folders" : [];
}

async function argumentValues(
  argument: Argument,
  options: GlobalOptions,
  current: string,
): Promise<Completion> {
  if (argument.argChoices !== undefined) {
    return argument.argChoices.map((value) => ({ value, description: "" }));
  }
  if (argument.name() === "folder") return "folders";
  if (argument.name() !== "function") return [];
  const connection = connectionOf(options);
  const [name = "", qualifier] = current.split(":");
  const asked = qualifier === undefined ? functionNames(connection) : qualifiedNames(connection, name);
  const { promise: tooLate, resolve } = Promise.withResolvers<[]>();
  setTimeout(() => resolve([]), CLI_LIMITS.completionMsMax).unref();
  // A Tab is no place for complaints.
  return Promise.race([asked.catch(() => []), tooLate]);
}

async function functionNames(connection: Connection): Promise<Candidate[]> {
  return (await listFunctions(connection)).map(({ FunctionName = "", Runtime, Description }) => ({
    value: FunctionName,
    description: Description || Runtime || "",
  }));
}

/** `name:alias` and `name:version`, the newest version first. */
async function qualifiedNames(connection: Connection, name: string): Promise<Candidate[]> {
  const { ListAliasesCommand, ListVersionsByFunctionCommand } = await import("@aws-sdk/client-lambda");
  const client = await lambdaClient(connection);
  const [{ Aliases = [] }, { Versions = [] }] = await Promise.all([
    client.send(new ListAliasesCommand({ FunctionName: name })),
    client.send(new ListVersionsByFunctionCommand({ FunctionName: name })),
  ]);
  return [
    ...Aliases.map((alias) => ({
      value: `${name}:${alias.Name}`,
      description: alias.Description || `version ${alias.FunctionVersion}`,
    })),
    // The shell would take $LATEST for a variable, and it is what the name alone means.
    ...Versions.filter(({ Version }) => Version !== "$LATEST")
      .map(({ Version, Description }) => ({
        value: `${name}:${Version}`,
        description: Description ?? "",
      }))
      .reverse(),
  ];
}

function matching(current: string, candidates: Completion): Completion {
  if (typeof candidates === "string") return candidates;
  return candidates.filter(({ value }) => value.startsWith(current));
}
