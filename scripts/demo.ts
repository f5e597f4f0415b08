/**
 * `npm run demo`: the course's exercise before your eyes. First act: ten calls meet a function that may run twice at a time.
 * Second act: the same function with a queue in front of it; a thousand messages, and nobody has to try again.
 */
import { rm } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateEventSourceMappingCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, logsClient, sqsClient } from "../testkit/clients.ts";
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

const WORKER = "worker";
const MESSAGES = 1000;
const LOOKS_AT_LOG = 50;
const WORKER_SOURCE = `import time

def lambda_handler(event, context):
    time.sleep(0.05)
    print(len(event["Records"]), "messages")
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
    await decoupled(server.url, client);
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

/** The second act. */
async function decoupled(url: string, client: LambdaClient): Promise<void> {
  const sqs = sqsClient(url);
  say("\nThe same with a queue in front of the function.\n");
  const QueueUrls = new Map<string, string>();
  say(
    "$ aws sqs create-queue --queue-name orders … a dead-letter queue takes what was received three times in vain",
  );
  for (const [QueueName, Attributes] of [
    ["orders-dead", {}],
    [
      "orders",
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn("orders-dead"), maxReceiveCount: 3 }) },
    ],
  ] as const) {
    const made = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    QueueUrls.set(QueueName, made.QueueUrl ?? "");
  }
  await createFunction(client, WORKER, pythonZip(WORKER_SOURCE), { Runtime: "python3.10" });
  await client.send(
    new PutFunctionConcurrencyCommand({ FunctionName: WORKER, ReservedConcurrentExecutions: LIMIT }),
  );
  say(`$ aws sqs send-message-batch … ${MESSAGES} messages`);
  for (let first = 0; first < MESSAGES; first += 10) {
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: String(first + index),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: QueueUrls.get("orders"), Entries }));
  }
  say(
    `$ aws lambda create-event-source-mapping --function-name ${WORKER} … the function may run ${LIMIT} at a time\n`,
  );
  await client.send(
    new CreateEventSourceMappingCommand({
      FunctionName: WORKER,
      EventSourceArn: arn("orders"),
      BatchSize: 10,
    }),
  );
  const startedMs = performance.now();
  const left = async (name: string): Promise<number> => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: QueueUrls.get(name), AttributeNames: ["All"] }),
    );
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
    return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
  };
  for (let rest = MESSAGES; rest > 0; ) {
    rest = await left("orders");
    const done = Math.round((1 - rest / MESSAGES) * COLUMNS);
    const bar = "█".repeat(done) + "·".repeat(COLUMNS - done);
    process.stdout.write(`\r  │${bar}│ ${String(MESSAGES - rest).padStart(4)} of ${MESSAGES}`);
    await pause(100);
  }
  const took = seconds(performance.now() - startedMs);
  const processed = await untilLogged(url);
  const dead = await left("orders-dead");
  say(
    `\n\n  ${processed} were processed in ${took} s, ${dead} are in the dead-letter queue, nobody was told 429\n`,
  );
  if (processed < MESSAGES || dead > 0) throw new Error("a message got lost");
}

/** How many messages the function says that it got; its last lines are in the log a moment after they were printed. */
async function untilLogged(url: string): Promise<number> {
  const logs = logsClient(url);
  for (let look = 0; ; look++) {
    let count = 0;
    let nextToken: string | undefined;
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({
          logGroupName: `/aws/lambda/${WORKER}`,
          filterPattern: "messages",
          nextToken,
        }),
      );
      for (const { message = "" } of page.events ?? []) count += Number.parseInt(message, 10);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    if (count >= MESSAGES || look === LOOKS_AT_LOG) return count;
    await pause(100);
  }
}

const arn = (queue: string): string => `arn:aws:sqs:us-east-1:000000000000:${queue}`;

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

function say(line: string): void {
  console.log(line);
}

await main();
