/** `lambkin invoke`: one call; the result on stdout as it came, what there is to say about it on stderr. */
import type { InvokeCommandOutput } from "@aws-sdk/client-lambda";
import type { Command } from "commander";
import { CliError, usageError } from "../cli-error.ts";
import { lambdaClient } from "../clients.ts";
import { type Connection, connectionOf, optionsOf } from "../connection.ts";
import { colourLogLine } from "../log-colours.ts";
import { flush, print, printJson, say } from "../output.ts";
import { readPayload } from "../payload.ts";

interface InvokeOptions {
  readonly payload?: string;
  readonly payloadFile?: string;
  readonly async?: boolean;
  readonly tail?: boolean;
  readonly stream?: boolean;
}

export function define(command: Command): void {
  command
    .argument("<function>", "its name, with a version or alias after a colon")
    .option("-p, --payload <json>", "the event; without one it is read from a pipe, or there is none")
    .option("-f, --payload-file <file>", "a file that holds the event; - is stdin")
    .option("--async", "only hand the event over (InvocationType=Event)")
    .option("--tail", "print the end of the log on stderr")
    .option("--stream", "print the response while the function writes it")
    .action(async (name: string) => {
      const options = optionsOf<InvokeOptions>(command);
      if (options.stream && (options.async || options.json || options.tail)) {
        throw usageError("--stream goes with neither --async nor --tail nor --json.");
      }
      const payload = await readPayload(options);
      const connection = connectionOf(options);
      if (options.stream) await invokeStreamed(connection, name, payload);
      else await invoke(connection, name, payload, options);
    });
}

async function invoke(
  connection: Connection,
  name: string,
  payload: Uint8Array | undefined,
  options: InvokeOptions & { readonly json?: boolean },
): Promise<void> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  // A call that is sent twice runs twice.
  const client = await lambdaClient(connection, { maxAttempts: 1 });
  const answer = await client.send(
    new InvokeCommand({
      FunctionName: name,
      InvocationType: options.async ? "Event" : "RequestResponse",
      ...(!options.async && (options.tail || options.json) && { LogType: "Tail" }),
      ...(payload && { Payload: payload }),
    }),
  );
  const text = Buffer.from(answer.Payload ?? "").toString("utf8");
  const log = Buffer.from(answer.LogResult ?? "", "base64").toString("utf8");
  if (options.json) {
    printJson({
      statusCode: answer.StatusCode,
      functionError: answer.FunctionError,
      executedVersion: answer.ExecutedVersion,
      requestId: answer.$metadata.requestId,
      payload: parsed(text),
      ...(!options.async && { log }),
    });
  } else if (options.async) {
    say(
      `The event is accepted (${answer.$metadata.requestId}); \`lambkin logs ${name}\` shows what becomes of it.`,
    );
  } else {
    print(process.stdout.isTTY ? readable(text) : text);
  }
  if (options.tail && !options.json) {
    for (const line of log.trimEnd().split("\n")) say(colourLogLine(line, process.stderr));
  }
  failIfFunctionFailed(answer, text);
}

async function invokeStreamed(
  connection: Connection,
  name: string,
  payload: Uint8Array | undefined,
): Promise<void> {
  const { InvokeWithResponseStreamCommand } = await import("@aws-sdk/client-lambda");
  const client = await lambdaClient(connection, { maxAttempts: 1 });
  const answer = await client.send(
    new InvokeWithResponseStreamCommand({ FunctionName: name, ...(payload && { Payload: payload }) }),
  );
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
    if (PayloadChunk?.Payload !== undefined) process.stdout.write(PayloadChunk.Payload);
    if (InvokeComplete?.ErrorCode !== undefined) {
      await flush();
      throw new CliError(`The function failed: ${InvokeComplete.ErrorCode}: ${InvokeComplete.ErrorDetails}`);
    }
  }
}

function failIfFunctionFailed({ FunctionError }: InvokeCommandOutput, text: string): void {
  if (FunctionError === undefined) return;
  const { errorType, errorMessage } = (parsed(text) ?? {}) as { errorType?: string; errorMessage?: string };
  const what = [errorType, errorMessage].filter((part) => part !== undefined).join(": ");
  throw new CliError(`The function failed (${FunctionError})${what === "" ? "" : `: ${what}`}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readable(text: string): string {
  const value = parsed(text);
  return typeof value === "object" && value !== null ? JSON.stringify(value, undefined, 2) : text;
}
