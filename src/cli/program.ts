/**
 * The frame of the command line: which commands there are and how they are found. A command's own file says what it takes
 * and does, and is loaded when it is the one that was asked for, so that `--help` is quick.
 */
import { Command, CommanderError } from "commander";
import { addGlobalOptions } from "./connection.ts";

/**
 * Adds arguments, options and the action to a command that has its name and summary already. `defineOther` does the same
 * for another: completion has to know all of them.
 */
export type DefineCommand = (command: Command, defineOther: (command: Command) => Promise<void>) => void;

interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<{ readonly define: DefineCommand }>;
  /** Not in the help: for programs. */
  readonly isHidden?: boolean;
}

/** In the order of the help. A new command is a file in `commands/` that exports `define`, and a line here. */
const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  up: {
    summary: "start a server, in the foreground or (--detach) behind",
    load: () => import("./commands/up.ts"),
  },
  down: { summary: "end the server that up --detach started", load: () => import("./commands/down.ts") },
  status: {
    summary: "what the server runs, and what it cannot isolate",
    load: () => import("./commands/status.ts"),
  },
  deploy: {
    summary: "make a folder a function, once or with every save",
    load: () => import("./commands/deploy.ts"),
  },
  invoke: { summary: "call a function", load: () => import("./commands/invoke.ts") },
  logs: {
    summary: "what a function has logged, and (--follow) what comes",
    load: () => import("./commands/logs.ts"),
  },
  top: { summary: "execution environments, live", load: () => import("./commands/top.ts") },
  usage: {
    summary: "what was used, and what it would cost on AWS",
    load: () => import("./commands/usage.ts"),
  },
  doctor: { summary: "what this machine can isolate and run", load: () => import("./commands/doctor.ts") },
  completion: { summary: "completion for bash or zsh", load: () => import("./commands/completion.ts") },
  __complete: {
    summary: "for the shells' scripts",
    load: () => import("./commands/complete.ts"),
    isHidden: true,
  },
};

export function buildProgram(version: string): Command {
  const program = new Command("lambkin")
    .description("AWS Lambda on your own machine: start it, deploy to it, look at it.")
    .version(version, "-V, --version", "print the version")
    .helpCommand(false)
    .showHelpAfterError("(`--help` shows what there is)")
    .exitOverride()
    .hook("preSubcommand", (_, command) => defineCommand(command));
  addGlobalOptions(program);
  for (const [name, { summary, isHidden }] of Object.entries(COMMANDS)) {
    program.command(name, { hidden: isHidden ?? false }).description(summary);
  }
  return program;
}

/** Loads what the command takes; without that it only has a name. */
export async function defineCommand(command: Command): Promise<void> {
  const entry = COMMANDS[command.name()];
  if (entry === undefined) return;
  (await entry.load()).define(command, defineCommand);
  addGlobalOptions(command);
}

/** Help and version were asked for: commander ends with an error there, too. */
export function isWanted(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
