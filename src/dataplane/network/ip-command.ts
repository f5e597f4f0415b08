/** iproute2, many commands at once: a process for each would cost more than what it does. */
import { ShellSession } from "../../kit/mod.ts";

export class IpCommands {
  readonly #shell = new ShellSession();

  /** Rejects with the first that fails; those before it have happened. */
  run(commands: readonly string[]): Promise<void> {
    return this.#shell.run(ipScript(commands));
  }

  close(): void {
    this.#shell.close();
  }
}

/** For a shell. */
export function ipScript(commands: readonly string[]): string {
  return `ip -batch - <<END || exit 1\n${commands.join("\n")}\nEND`;
}
