/** Threads that speak HTTP in front of one ledger: counts stay exact, who leaves is noticed, and one that dies is replaced. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { after, before, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { type LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const FRONTS = 2;
const CONNECTIONS = 40;
const CALLS = 500;
const RESERVED = 3;

/** Says when it began and when it ended, by a clock that all processes share; nanoseconds. */
const HOLD = pythonZip(`
import time
def lambda_handler(event, context):
    began = time.monotonic_ns()
    time.sleep(event["seconds"])
    return [began, time.monotonic_ns()]
`);

const ENDLESS = nodeZip(`
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  for (let sent = 0; sent < 100 * 1024 * 1024; sent += 65536) {
    if (!stream.write(Buffer.alloc(65536))) await new Promise((resolve) => stream.once("drain", resolve));
  }
  stream.end();
});
`);

interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Environments {
  readonly environments: readonly { readonly functionName: string; readonly state: string }[];
  readonly functions: readonly {
    readonly functionName: string;
    readonly inFlight: number;
    readonly throttles: number;
  }[];
}

describe("fronts", () => {
  const threads = new Set<Worker>();
  const keep = (worker: Worker): void => {
    if (worker.threadName !== "front") return;
    threads.add(worker);
    worker.once("exit", () => threads.delete(worker));
  };
  let server: TestServer;
  let client: LambdaClient;
  let agent: Agent;
  before(async () => {
    process.on("worker", keep);
    server = await startTestServer({ LAMBKIN_FRONTS: String(FRONTS) });
    client = lambdaClient(server.url);
    agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    await createFunction(client, "counted", HOLD);
    await createFunction(client, "endless", ENDLESS, NODE);
    await client.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: "counted",
        ReservedConcurrentExecutions: RESERVED,
      }),
    );
  });
  after(async () => {
    agent.destroy();
    await server.stop();
    process.off("worker", keep);
    assert.equal(threads.size, 0, "no thread is left");
  });

  function begin(path: string, body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { "Content-Length": Buffer.byteLength(body) };
      const sent = request(server.url + path, { method: "POST", agent, headers }, resolve);
      sent.on("error", reject);
      sent.end(body);
    });
  }

  async function call(name: string, event: object): Promise<Answer> {
    const answer = await begin(`/2015-03-31/functions/${name}/invocations`, JSON.stringify(event));
    let text = "";
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode ?? 0, text };
  }

  async function look(): Promise<Environments> {
    return (await (await fetch(`${server.url}/_lambkin/environments`)).json()) as Environments;
  }

  async function countsOf(name: string): Promise<{ inFlight: number; throttles: number }> {
    const { functions } = await look();
    return functions.find(({ functionName }) => functionName === name) ?? { inFlight: 0, throttles: 0 };
  }

  it("do not let more run at a time than are reserved, and count each call that is refused", async () => {
    const before = (await countsOf("counted")).throttles;
    const answers = await Promise.all(
      Array.from({ length: CALLS }, () => call("counted", { seconds: 0.002 })),
    );
    const ran = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    assert.equal(
      ran.length + refused.length,
      CALLS,
      JSON.stringify(answers.find(({ status }) => status >= 500)),
    );
    assert.ok(
      ran.length >= RESERVED && refused.length > 0,
      `${ran.length} ran, ${refused.length} were refused`,
    );
    assert.ok(mostAtOnce(ran.map(({ text }) => JSON.parse(text) as [number, number])) <= RESERVED);
    const counts = await countsOf("counted");
    assert.equal(counts.throttles - before, refused.length);
    assert.equal(counts.inFlight, 0);
  });

  it("end a stream whose client leaves", async () => {
    const answer = await begin("/2021-11-15/functions/endless/response-streaming-invocations", "{}");
    assert.equal(answer.statusCode, 200);
    await new Promise((resolve) => answer.once("data", resolve));
    assert.equal((await countsOf("endless")).inFlight, 1, "it waits for its reader");
    answer.destroy();
    await waitFor("the function whose reader left", async () =>
      (await countsOf("endless")).inFlight === 0 ? true : undefined,
    );
  });

  it("tell a queue that who waited for a message has left", async () => {
    const sqs = sqsClient(server.url);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "waited-for" }));
    const leave = new AbortController();
    const waits = sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: leave.signal,
    });
    // Behind it on the same thread and the same queue: when this is answered, the first one waits.
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    leave.abort();
    await assert.rejects(waits);
    await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "for who stayed" }));
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      ["for who stayed"],
    );
    sqs.destroy();
  });

  it("are replaced when they die: their clients' connections close, and nothing stays counted", async () => {
    const old = [...threads];
    assert.equal(old.length, FRONTS);
    const calls = Array.from({ length: RESERVED }, () => call("counted", { seconds: 1 }));
    const settled = Promise.allSettled(calls);
    await waitFor("the calls to run", async () =>
      (await countsOf("counted")).inFlight === RESERVED ? true : undefined,
    );
    // One is ended, the other fails: this is no message.
    await old[0]?.terminate();
    old[1]?.postMessage("nonsense");
    const ends = await settled;
    assert.deepEqual(
      ends.map((end) => end.status === "rejected" && (end.reason as NodeJS.ErrnoException).code),
      Array.from({ length: RESERVED }, () => "ECONNRESET"),
    );
    await waitFor("new fronts, and the calls' end", async () => {
      if (threads.size < FRONTS) return undefined;
      const counts = await countsOf("counted").catch(() => undefined);
      return counts?.inFlight === 0 ? true : undefined;
    });
    const again = await Promise.all(Array.from({ length: RESERVED }, () => call("counted", { seconds: 0 })));
    assert.deepEqual(
      again.map(({ status }) => status),
      Array.from({ length: RESERVED }, () => 200),
    );
  });

  it("share their port with each other, not with another server", async () => {
    const LAMBKIN_PORT = new URL(server.url).port;
    const folder = await temporaryFolder();
    for (const LAMBKIN_FRONTS of ["1", "0"]) {
      await assert.rejects(spawnServer(folder, { LAMBKIN_FRONTS, LAMBKIN_PORT }), /EADDRINUSE/);
    }
    await rm(folder, { recursive: true });
  });
});

/** Of intervals that each have a beginning and an end. */
function mostAtOnce(intervals: readonly (readonly [number, number])[]): number {
  const turns = intervals.flatMap(([began, ended]) => [
    { at: began, change: 1 },
    { at: ended, change: -1 },
  ]);
  turns.sort((one, other) => one.at - other.at || one.change - other.change);
  let now = 0;
  let most = 0;
  for (const { change } of turns) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
