/** `lambkin __complete -- words…`: for the shells' scripts; the last word is the one under the cursor. */
import type { Command } from "commander";
import { completionOf } from "../completion/candidates.ts";
import { print } from "../output.ts";

export function define(command: Command, defineOther: (command: Command) => Promise<void>): void {
  command.argument("[words...]").action(async (words: string[]) => {
    const program = command.parent;
    if (program === null) return;
    const found = await completionOf(words, { program, define: defineOther });
    if (typeof found === "string") print(`:${found}`);
    else for (const { value, description } of found) print(`${value}\t${description}`);
  });
}
