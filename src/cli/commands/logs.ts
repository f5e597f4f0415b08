/** `lambkin logs`: what a function has logged, and what it goes on to log. */
import type { FilteredLogEvent } from "@aws-sdk/client-cloudwatch-logs";
import type { Command } from "commander";
import { CliError, isNamed } from "../cli-error.ts";
import { lambdaClient, logsClient } from "../clients.ts";
import { type Connection, connectionOf, optionsOf } from "../connection.ts";
import { parseSince } from "../duration.ts";
import { onInterrupt } from "../interrupt.ts";
import { colourLogLine } from "../log-colours.ts";
import { followLogEvents, logEvents } from "../log-events.ts";
import { paint, print, say } from "../output.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly since: string;
  readonly filter?: string;
}

export function define(command: Command): void {
  command
    .argument("<function>", "its name, or a log group's (with a slash in front)")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("-s, --since <time>", "30s, 10m, 2h, 1d ago, or an ISO time", "10m")
    .option("--filter <pattern>", "only events that match (CloudWatch's filter patterns)")
    .action(async (name: string) => {
      const options = optionsOf<LogsOptions>(command);
      const sinceMs = parseSince(options.since, Date.now());
      const connection = connectionOf(options);
      const { group, isKnown } = await groupOf(connection, name);
      const query = { group, sinceMs, ...(options.filter !== undefined && { pattern: options.filter }) };
      const client = await logsClient(connection);
      const show = options.json ? printEventAsJson : printEvent;
      if (options.follow) {
        if (!isKnown) say(`There is no function ${name} yet; waiting for its log …`);
        const signal = onInterrupt();
        const tell = (what: "gone" | "back"): void =>
          say(what === "gone" ? "The server has gone; waiting for it …" : "The server is back.");
        for await (const event of followLogEvents(client, query, signal, tell)) show(event);
        return;
      }
      try {
        for await (const event of logEvents(client, query)) show(event);
      } catch (error) {
        if (!isNamed(error, "ResourceNotFoundException")) throw error;
        throw new CliError(
          isKnown
            ? `There is no log group ${group} yet: nothing has run.`
            : `There is no function ${name} in ${connection.region}, and no log group ${group}.`,
        );
      }
    });
}

/** As the function's settings say; that of a function that is gone is what it was by default. */
async function groupOf(
  connection: Connection,
  name: string,
): Promise<{ readonly group: string; readonly isKnown: boolean }> {
  if (name.startsWith("/")) return { group: name, isKnown: true };
  const { GetFunctionConfigurationCommand } = await import("@aws-sdk/client-lambda");
  const client = await lambdaClient(connection);
  const usual = `/aws/lambda/${name.split(":")[0]}`;
  try {
    const { LoggingConfig } = await client.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    return { group: LoggingConfig?.LogGroup ?? usual, isKnown: true };
  } catch (error) {
    if (isNamed(error, "ResourceNotFoundException")) return { group: usual, isKnown: false };
    throw error;
  }
}

function printEvent({ timestamp, message }: FilteredLogEvent): void {
  const time = new Date(timestamp ?? 0).toISOString().replace("T", " ").slice(0, -1);
  for (const line of (message ?? "").trimEnd().split(/\r?\n|\r/)) {
    print(`${paint("dim", time)}  ${colourLogLine(line)}`);
  }
}

/** A line for each event. */
function printEventAsJson(event: FilteredLogEvent): void {
  print(JSON.stringify(event));
}
