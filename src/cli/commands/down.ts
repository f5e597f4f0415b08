/** `lambkin down`: ends the server that `lambkin up --detach` started. */
import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { connectionOf, optionsOf } from "../connection.ts";
import { print, printJson } from "../output.ts";
import { getJson } from "../product-api.ts";
import { startProgress } from "../progress.ts";
import { findBackgroundServer, stopBackgroundServer } from "../server/background-server.ts";

export function define(command: Command): void {
  command.action(async () => {
    const options = optionsOf(command);
    const connection = connectionOf(options);
    const server = findBackgroundServer(connection.endpoint);
    if (server === undefined) {
      // Either sentence is wrong where the other is right.
      await getJson<object>(connection, "/_lambkin/health");
      throw new CliError(
        `The server at ${connection.endpoint} was not started by \`lambkin up --detach\`; end it where it runs.`,
      );
    }
    const progress = startProgress("the server finishes what is in flight …");
    try {
      await stopBackgroundServer(server);
    } finally {
      progress.end();
    }
    if (options.json) printJson(server);
    else print(`The server at ${server.endpoint} has ended (process ${server.processId}).`);
  });
}
