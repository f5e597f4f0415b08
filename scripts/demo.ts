/** `npm run demo`: the course's exercise before your eyes. Ten calls meet a function that may run twice at a time. */
import { rm } from "node:fs/promises";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../testkit/functions.ts";
import { spawnServer, temporaryFolder } from "../testkit/server.ts";

const NAME = "exercise";
const LIMIT = 2;
const CALLS = 10;
const SECONDS = 5;
const COLUMNS = 50;

const SOURCE = `import time

def lambda_handler(event, context):
    print("call", event["call"], "begins")
    time.sleep(${SECONDS})
    return {"slot": context.log_stream_name}
`;

interface Played {
  readonly call: number;
  readonly startedMs: number;
  readonly endedMs: number;
  /** The environment that ran it; undefined when it was throttled. */
  readonly slot: string | undefined;
  readonly reason: string | undefined;
}

async function main(): Promise<void> {
  const dataDir = await temporaryFolder();
  const server = await spawnServer(dataDir);
  try {
    say(`Lambkin runs at ${server.url}\n`);
    const client = lambdaClient(server.url);
    say(`$ aws lambda create-function --function-name ${NAME} --runtime python3.10 --timeout 15 …`);
    await createFunction(client, NAME, pythonZip(SOURCE), { Runtime: "python3.10" });
    say(`$ aws lambda put-function-concurrency --reserved-concurrent-executions ${LIMIT}\n`);
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: NAME, ReservedConcurrentExecutions: LIMIT }),
    );
    await act(client, `${CALLS} threads call at once`, CALLS);
    await act(client, `${LIMIT} threads call at once`, LIMIT);
    await showLog(server.url);
  } finally {
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function act(client: LambdaClient, title: string, calls: number): Promise<void> {
  say(`${title}:`);
  const zeroMs = performance.now();
  const played = await Promise.all(
    Array.from({ length: calls }, (_, index) => play(client, index + 1, zeroMs)),
  );
  for (const one of played.toSorted((a, b) => a.endedMs - b.endedMs)) {
    const what = one.slot === undefined ? `429 TooManyRequestsException, ${one.reason}` : "200 answered";
    say(`  call ${String(one.call).padStart(2)}  after ${seconds(one.endedMs).padStart(6)} s  ${what}`);
  }
  timeline(played);
}

async function play(client: LambdaClient, call: number, zeroMs: number): Promise<Played> {
  const startedMs = performance.now() - zeroMs;
  const ended = () => performance.now() - zeroMs;
  try {
    const { payload } = await invoke(client, NAME, { call });
    return { call, startedMs, endedMs: ended(), slot: (payload as { slot: string }).slot, reason: undefined };
  } catch (error) {
    if (!(error instanceof TooManyRequestsException)) throw error;
    return { call, startedMs, endedMs: ended(), slot: undefined, reason: error.Reason };
  }
}

function timeline(played: readonly Played[]): void {
  const endMs = Math.max(...played.map((one) => one.endedMs));
  const column = (ms: number) => Math.round((ms / endMs) * COLUMNS);
  const slots = [...new Set(played.flatMap((one) => one.slot ?? []))];
  say("");
  for (const [index, slot] of slots.entries()) {
    const cells = Array.from({ length: COLUMNS }, () => "·");
    for (const one of played.filter((each) => each.slot === slot)) {
      const label = ` call ${one.call} `;
      for (let at = column(one.startedMs); at < column(one.endedMs); at++) cells[at] = "█";
      cells.splice(column(one.startedMs) + 2, label.length, ...label);
    }
    say(`  slot ${index + 1} │${cells.join("")}│`);
  }
  const throttled = played.filter((one) => one.slot === undefined).length;
  say(`         0 s${`${seconds(endMs)} s`.padStart(COLUMNS - 1)}`);
  say(`  ${played.length - throttled} ran, ${throttled} were throttled\n`);
}

async function showLog(url: string): Promise<void> {
  say(`$ aws logs filter-log-events --log-group-name /aws/lambda/${NAME} --filter-pattern REPORT`);
  const page = await logsClient(url).send(
    new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${NAME}`, filterPattern: "REPORT" }),
  );
  for (const event of page.events ?? []) say(`  ${event.message?.trim().replaceAll("\t", "  ")}`);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function say(line: string): void {
  console.log(line);
}

await main();
