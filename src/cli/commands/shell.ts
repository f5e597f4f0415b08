/** `lambkin shell`: a shell, or one command, inside the sandbox of a function's living environment. */
import type { Command } from "commander";
import { connectionOf, optionsOf } from "../connection.ts";
import { runInside } from "../run-inside.ts";

interface ShellOptions {
  readonly environment?: string;
  /** Off with `--no-terminal`. */
  readonly terminal: boolean;
}

export function define(command: Command): void {
  command
    .argument("<function>", "its name, with a version or alias after a colon")
    .argument("[command...]", "a program and its arguments, after --; without it a shell")
    .option("--environment <id>", "a certain environment (`lambkin top` shows them), not the one used last")
    .option("-T, --no-terminal", "pipes, also where this is a terminal")
    .action(async (name: string, words: string[]) => {
      const options = optionsOf<ShellOptions>(command);
      const { stdin, stdout } = process;
      const hasTerminal = options.terminal && stdin.isTTY && stdout.isTTY;
      process.exitCode = await runInside(connectionOf(options), {
        name,
        command: words,
        environment: options.environment,
        hasTerminal,
      });
    });
}
