/** `lambkin debug`: a debugger in a function, at a port of this machine, until Ctrl-C. */
import { type Command, InvalidArgumentError } from "commander";
import { connectionOf, optionsOf } from "../connection.ts";
import { debugFunction } from "../debug-function.ts";

interface DebugOptions {
  readonly port?: number;
  readonly break?: boolean;
  readonly root: string;
}

const PORT_MAX = 65_535;

export function define(command: Command): void {
  command
    .argument("<function>", "its name, with a version or alias after a colon")
    .option(
      "-p, --port <number>",
      "of this machine (default: 9229 for Node.js, 5678 for Python; 0: any)",
      portOf,
    )
    .option("--break", "wait for the debugger before anything of the function is loaded")
    .option("--root <folder>", "where the function's code is here, for the editor", ".")
    .action(async (name: string) => {
      const options = optionsOf<DebugOptions>(command);
      await debugFunction(connectionOf(options), {
        name,
        port: options.port,
        waits: options.break === true,
        root: options.root,
        isJson: options.json === true,
      });
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > PORT_MAX) throw new InvalidArgumentError(`It must be 0 to ${PORT_MAX}.`);
  return port;
}
