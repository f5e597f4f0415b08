/** `lambkin up`: starts a server, in the foreground or in the background. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type { Command } from "commander";
import { CliError, usageError } from "../cli-error.ts";
import { connectionOf, optionsOf } from "../connection.ts";
import { print, printJson, say } from "../output.ts";
import { getJson } from "../product-api.ts";
import { startProgress } from "../progress.ts";
import { SERVER_PROGRAM, startInBackground } from "../server/background-server.ts";
import { SETTINGS, settingVariables } from "../server/settings.ts";

interface UpOptions {
  readonly detach?: boolean;
}

export function define(command: Command): void {
  command.option("-d, --detach", "in the background; `lambkin down` ends it");
  for (const { option } of SETTINGS) command.addOption(option);
  command.action(async () => {
    const options = optionsOf<UpOptions & Record<string, unknown>>(command);
    if (options.endpoint !== undefined)
      throw usageError("--port says where the server listens, not --endpoint.");
    const given = settingVariables(options);
    const file = existsSync(".env") ? parseEnv(readFileSync(".env", "utf8")) : {};
    const env = { ...file, ...process.env, ...given };
    await refuseSecondServer(env);
    if (options.detach) {
      await detach(env, path.resolve(env["LAMBKIN_DATA_DIR"] || ".lambkin"), options.json ?? false);
      return;
    }
    if (options.json) throw usageError("--json goes with --detach only.");
    // The server takes this process over: its signals, its exit code and its output are the command's.
    process.execve?.(process.execPath, [process.execPath, SERVER_PROGRAM], asStrings(env));
  });
}

async function detach(env: NodeJS.ProcessEnv, dataDir: string, isJson: boolean): Promise<void> {
  const startedMs = performance.now();
  const progress = startProgress("starting the server …");
  try {
    const { output, ...server } = await startInBackground(env, dataDir);
    progress.end();
    for (const line of output.split("\n")) if (line.startsWith("WARNING")) say(line);
    if (isJson) return printJson(server);
    const tookMs = Math.round(performance.now() - startedMs);
    print(`Lambkin is ready at ${server.endpoint} (${tookMs} ms, process ${server.processId}).`);
    say(`data: ${dataDir}\nlog:  ${server.logFile}\nend:  lambkin down${portWords(server.endpoint)}`);
  } catch (error) {
    progress.end();
    throw error;
  }
}

/** A port that is taken by one of us has a better name than EADDRINUSE. */
async function refuseSecondServer(env: NodeJS.ProcessEnv): Promise<void> {
  const port = env["LAMBKIN_PORT"];
  if (port === "0") return;
  const { LAMBKIN_HOST: host = "127.0.0.1" } = env;
  const endpoint = `http://${host.includes(":") ? `[${host}]` : host}:${port || "4566"}`;
  if (URL.parse(endpoint) === null) return;
  const connection = connectionOf({ endpoint });
  const health = await getJson<object>(connection, "/_lambkin/health").catch(() => undefined);
  if (health !== undefined) throw new CliError(`A server is there already, at ${endpoint}.`);
}

function portWords(endpoint: string): string {
  return new URL(endpoint).port === "4566" ? "" : ` --endpoint ${endpoint}`;
}

function asStrings(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
