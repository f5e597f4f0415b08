/**
 * Kills the server a hundred times under load, at chosen points and at random moments, and then asks whether everything that
 * was acknowledged is where it belongs. LAMBKIN_CRASH_SEED repeats a run's choices (not its timing).
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateEventSourceMappingCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { PROJECT, type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";
import { startTraffic, type Traffic } from "./traffic.ts";

const KILLS = 100;
const POINTS = [
  "eventsCommitted",
  "eventAccepted",
  "invoked",
  "queuesCommitted",
  "resultSent",
  "requestServed",
];
const LIFE_MS_MAX = 500;
const CONCURRENCY = 3;
const RECORDS = "fsap-0123456789abcdef0";

/** Notes when it began and ended which event, on the machine's monotonic clock, where a crash cannot reach. */
const RECORDER = pythonZip(`
import os, time, uuid
record = open("/mnt/records/" + uuid.uuid4().hex, "a", buffering=1)
def lambda_handler(event, context):
    ids = [int(each["body"]) for each in event["Records"]] if "Records" in event else [event["id"]]
    record.write("begin %d %s\\n" % (time.monotonic_ns(), " ".join(map(str, ids))))
    time.sleep(0.002)
    record.write("end %d\\n" % time.monotonic_ns())
    if event.get("fails"): raise ValueError("as asked")
`);

const isRoot = process.getuid?.() === 0;

describe("a server that is killed again and again", {
  skip: isRoot ? false : "functions note their runs in a file system",
}, () => {
  const seed = Number(process.env["LAMBKIN_CRASH_SEED"] ?? Date.now() % 1_000_000);
  const random = generator(seed);
  let dataDir: string;
  let port: number;
  let server: ServerProcess;
  let sqs: SQSClient;
  let traffic: Traffic;
  const queueUrl = (name: string): string => `http://127.0.0.1:${port}/000000000000/${name}`;

  const start = (crashAt?: string): Promise<ServerProcess> =>
    spawnServer(dataDir, {
      LAMBKIN_PORT: String(port),
      LAMBKIN_ASYNC_RETRY_SECONDS: "0",
      ...(crashAt !== undefined && {
        CRASH_AT: crashAt,
        NODE_OPTIONS: `--import=${path.join(PROJECT, "testkit/crash-points.ts")}`,
      }),
    });

  before(async () => {
    console.log(`seed ${seed}`);
    dataDir = await temporaryFolder();
    port = await freePort();
    server = await start();
    sqs = sqsClient(server.url);
    const client = lambdaClient(server.url);
    for (const QueueName of ["messages", "failures", "mapped"])
      await sqs.send(new CreateQueueCommand({ QueueName }));
    await sqs.send(new CreateQueueCommand({ QueueName: "ordered.fifo", Attributes: { FifoQueue: "true" } }));
    const Arn = `arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/${RECORDS}`;
    await createFunction(client, "recorder", RECORDER, {
      FileSystemConfigs: [{ Arn, LocalMountPath: "/mnt/records" }],
    });
    await client.send(
      new PutFunctionConcurrencyCommand({
        FunctionName: "recorder",
        ReservedConcurrentExecutions: CONCURRENCY,
      }),
    );
    await client.send(
      new CreateEventSourceMappingCommand({
        FunctionName: "recorder",
        EventSourceArn: "arn:aws:sqs:us-east-1:000000000000:mapped",
      }),
    );
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "recorder",
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:failures" } },
      }),
    );
  });
  after(async () => {
    console.log(server.output());
    server.child.kill("SIGKILL");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Of each kind something was acknowledged in about every life, or the server fell before; however slow the machine is. */
  async function something(lives: number): Promise<void> {
    const enough = (): boolean => traffic.events.size > 2 * lives && traffic.deleted.size > 2 * lives;
    const isOver = waitFor("something to be acknowledged", () => (enough() ? true : undefined), 20_000);
    // Traffic that never comes is found at the end.
    await Promise.race([server.exited, isOver.catch(() => {})]);
  }

  it(`${KILLS} times`, { timeout: 900_000 }, async () => {
    traffic = startTraffic({
      url: server.url,
      queue: queueUrl("messages"),
      fifo: queueUrl("ordered.fifo"),
      mapped: queueUrl("mapped"),
      functionName: "recorder",
    });
    for (let kill = 0; kill < KILLS; kill++) {
      await something(kill);
      const timer = setTimeout(() => server.child.kill("SIGKILL"), random() * LIFE_MS_MAX);
      await server.exited;
      clearTimeout(timer);
      // The one before may have fallen before its point was reached, at a random moment.
      const point = POINTS[Math.floor(random() * POINTS.length)];
      const side = random() < 0.5 ? "before" : "after";
      const count = 1 + Math.floor(random() * 40);
      server = await start(kill % 3 === 0 ? undefined : `${point}:${side}:${count}`).catch(async () => {
        // It was killed before it was ready.
        kill++;
        return start();
      });
    }
    const last = setTimeout(() => server.child.kill("SIGKILL"), LIFE_MS_MAX);
    await server.exited;
    clearTimeout(last);
    server = await start();
    await traffic.stop();
    console.log(
      `acknowledged: ${traffic.events.size} events (${traffic.failing.size} to fail), ${traffic.sent.size} messages, ${traffic.mapped.size} for the mapping, ` +
        `${traffic.deleted.size} deletes, ${[...traffic.fifoSent.values()].reduce((a, b) => a + b)} ordered messages`,
    );
    assert.deepEqual(traffic.violations.slice(0, 10), []);
    assert.ok(traffic.events.size > KILLS && traffic.deleted.size > KILLS, "hardly anything was asked of it");
  });

  it("has run every event that it accepted", async () => {
    await waitFor(
      "every event to have run",
      () => {
        const done = ran();
        return [...traffic.events].every((id) => done.has(id)) ? true : undefined;
      },
      60_000,
    );
  });

  it("has run the function for every message of its mapping's queue", async () => {
    await waitFor(
      "every message to have been processed",
      () => {
        const done = ran();
        return [...traffic.mapped].every((id) => done.has(id)) ? true : undefined;
      },
      60_000,
    );
  });

  it("has told of every event that failed", async () => {
    const told = new Set<number>();
    await drain("failures", (body) => {
      const { requestPayload } = JSON.parse(body) as { requestPayload: { id: number } };
      told.add(requestPayload.id);
      return [...traffic.failing].every((id) => told.has(id));
    });
    assert.deepEqual(
      [...traffic.failing].filter((id) => !told.has(id)),
      [],
    );
  });

  it("has every message that was sent and not deleted, and none that was deleted", async () => {
    const expected = new Set([...traffic.sent].filter((id) => !traffic.perhapsDeleted.has(id)));
    const found = new Set<number>();
    await drain("messages", (body) => {
      found.add(Number(body));
      return [...expected].every((id) => found.has(id));
    });
    assert.deepEqual(
      [...expected].filter((id) => !found.has(id)),
      [],
      "lost",
    );
    assert.deepEqual(
      [...found].filter((id) => traffic.deleted.has(id)),
      [],
      "came back",
    );
  });

  it("never ran more at once than the reservation allows", () => {
    const steps = records().flatMap(({ begunNs, endedNs }) => [
      { atNs: begunNs, change: 1 },
      { atNs: endedNs, change: -1 },
    ]);
    steps.sort((a, b) => (a.atNs === b.atNs ? a.change - b.change : a.atNs < b.atNs ? -1 : 1));
    let running = 0;
    for (const { change } of steps) {
      running += change;
      assert.ok(running <= CONCURRENCY, `${running} at once`);
    }
  });

  /** Reads a queue to its end, or until `isEnough`; some messages may be out of sight for a moment. */
  async function drain(name: string, isEnough: (body: string) => boolean): Promise<void> {
    for (let empty = 0; empty < 4; ) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl(name), MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      let isDone = false;
      for (const { Body = "", ReceiptHandle } of Messages) {
        isDone = isEnough(Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl(name), ReceiptHandle }));
      }
      if (isDone) return;
      empty = Messages.length === 0 ? empty + 1 : 0;
    }
  }

  /** A run that a kill cut off has no end: it ended when its environment wrote last, at the latest when it was killed. */
  function records(): { readonly ids: readonly number[]; readonly begunNs: bigint; endedNs: bigint }[] {
    const folder = path.join(dataDir, "file-systems", RECORDS);
    return readdirSync(folder).flatMap((file) => {
      const runs: ReturnType<typeof records> = [];
      for (const line of readFileSync(path.join(folder, file), "utf8").split("\n")) {
        const [what, atNs = "0", ...ids] = line.split(" ");
        if (what === "begin") {
          runs.push({ ids: ids.map(Number), begunNs: BigInt(atNs), endedNs: BigInt(atNs) });
        }
        const last = runs.at(-1);
        if (what === "end" && last !== undefined) last.endedNs = BigInt(atNs);
      }
      return runs;
    });
  }

  const ran = (): Set<number> => new Set(records().flatMap(({ ids }) => ids));
});

/** Mulberry32: small, and the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Nobody else takes it in the moment between two servers: it is chosen outside of what the system gives away. */
async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 5000); ; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer()
        .once("error", () => resolve(false))
        .listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
    await pause(1);
  }
}
