/** `lambkin completion`: what a shell needs to complete commands, options and names of functions. */
import { Argument, type Command } from "commander";
import { SCRIPTS, SHELLS, type Shell } from "../completion/scripts.ts";

export function define(command: Command): void {
  command
    .addArgument(new Argument("<shell>", "for which shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nFor ~/.bashrc:  source <(lambkin completion bash)\nFor ~/.zshrc:   source <(lambkin completion zsh)   # below compinit",
    )
    .action((shell: Shell) => {
      process.stdout.write(SCRIPTS[shell]);
    });
}
