/**
 * Queues on stores that SQLite on the same thread never is: one that takes a while for everything, as a database elsewhere
 * does, so that requests overlap in every way; and one that fails.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TestSqs } from "../../../testkit/sqs.ts";
import type { QueueStore } from "../../store/mod.ts";

/** Every call of the store takes some turns of the loop before it begins and after it ends. */
function slow(store: QueueStore): QueueStore {
  return intercepted(store, async (run) => {
    await turns();
    const result = await run();
    await turns();
    return result;
  });
}

function intercepted(
  store: QueueStore,
  around: (run: () => Promise<unknown>, method: string) => Promise<unknown>,
): QueueStore {
  return new Proxy(store, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => around(() => method.apply(target, args), String(name));
    },
  });
}

/** At least one, as there is between any two requests. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

async function turns(): Promise<void> {
  for (let left = Math.floor(Math.random() * 4); left > 0; left--) await new Promise(setImmediate);
}

const MESSAGES = 600;
const LANES = 8;

test("a standard queue gives every message to one consumer, however requests overlap", async () => {
  const sqs = await TestSqs.open(slow);
  const url = await sqs.queue("q", { VisibilityTimeout: "1000" });
  const seen: string[] = [];
  let sent = 0;
  const produce = async (): Promise<void> => {
    while (sent < MESSAGES) await sqs.send(url, String(sent++), { DelaySeconds: sent % 7 === 0 ? 1 : 0 });
  };
  const consume = async (): Promise<void> => {
    while (seen.length < MESSAGES) {
      await turn();
      sqs.passSeconds(0.1);
      for (const message of await sqs.receive(url)) {
        seen.push(message.Body ?? "");
        if (Math.random() < 0.5) await sqs.delete(url, message);
        else void sqs.delete(url, message);
      }
    }
  };
  await Promise.all([...Array.from({ length: LANES }, produce), ...Array.from({ length: LANES }, consume)]);
  assert.equal(new Set(seen).size, seen.length);
  // Those that nobody waited for.
  while ((await sqs.counts(url))[1] !== 0) await turn();
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  await sqs.close();
});

test("a FIFO queue keeps its order, however requests overlap", async () => {
  const sqs = await TestSqs.open(slow);
  const url = await sqs.queue("q.fifo", { FifoQueue: "true", VisibilityTimeout: "1000" });
  const groups = Array.from({ length: LANES }, (_, group) => ({ group, next: 0, seen: [] as number[] }));
  const total = MESSAGES / LANES;
  const produce = async (lane: (typeof groups)[number]): Promise<void> => {
    while (lane.next < total) {
      const number = lane.next++;
      const ids = { MessageGroupId: `g${lane.group}`, MessageDeduplicationId: `${lane.group}-${number}` };
      // Twice, side by side: one of them is the duplicate.
      await Promise.all([1, 2].map(() => sqs.send(url, `${lane.group} ${number}`, ids)));
    }
  };
  const isDone = () => groups.every(({ seen }) => seen.length >= total);
  const consume = async (): Promise<void> => {
    while (!isDone()) {
      await turn();
      const messages = await sqs.receive(url, { MaxNumberOfMessages: 1 + Math.floor(Math.random() * 10) });
      for (const { Body = "" } of messages) {
        const [group, number] = Body.split(" ").map(Number);
        groups[group ?? 0]?.seen.push(number ?? 0);
      }
      await Promise.all(messages.map((message) => sqs.delete(url, message)));
    }
  };
  await Promise.all([...groups.map(produce), ...Array.from({ length: LANES }, consume)]);
  const inOrder = Array.from({ length: total }, (_, number) => number);
  for (const { seen } of groups) assert.deepEqual(seen, inOrder);
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  await sqs.close();
});

test("those who wait get every message, one each", async () => {
  const sqs = await TestSqs.open(slow);
  const url = await sqs.queue("q");
  const waiting = Array.from({ length: 20 }, () =>
    sqs.bodies(url, { WaitTimeSeconds: 20, MaxNumberOfMessages: 1 }),
  );
  for (let index = 0; index < 20; index++) void sqs.send(url, String(index));
  const bodies = (await Promise.all(waiting)).flat();
  assert.deepEqual(
    bodies.map(Number).toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index),
  );
  await sqs.close();
});

test("a queue that many create at once is one queue", async () => {
  const sqs = await TestSqs.open(slow);
  const urls = await Promise.all(Array.from({ length: 30 }, () => sqs.queue("q")));
  await Promise.all(urls.map((url, index) => sqs.send(url, String(index))));
  const bodies = (await Promise.all(urls.map((url) => sqs.bodies(url)))).flat();
  assert.equal(new Set(bodies).size, 30);
  assert.equal(bodies.length, 30);
  await sqs.close();
});

test("when the store fails, who asked is told, and everything is as before", async () => {
  let isBroken = false;
  const sqs = await TestSqs.open((store) =>
    intercepted(store, async (run, method) => {
      if (isBroken && (method === "commit" || method === "readMessages")) throw new Error("disk full");
      return run();
    }),
  );
  const url = await sqs.queue("q.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
  const send = (body: string) => sqs.send(url, body, { MessageGroupId: "g" });
  await send("1");
  await send("2");
  const [first] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  isBroken = true;
  await assert.rejects(send("3"), /disk full/);
  await assert.rejects(sqs.delete(url, first), /disk full/);
  isBroken = false;
  assert.deepEqual(await sqs.counts(url), [1, 1, 0]);
  assert.deepEqual(await sqs.bodies(url), [], "the first is still in flight");
  await sqs.delete(url, first);
  isBroken = true;
  await assert.rejects(sqs.receive(url), /disk full/);
  isBroken = false;
  await send("3");
  assert.deepEqual(await sqs.bodies(url), ["2", "3"]);
  await sqs.close();
});

test("what has expired counts for nobody, also while somebody else is removing it", async () => {
  let answers = 0;
  const sqs = await TestSqs.open((store) =>
    intercepted(store, async (run, method) => {
      const result = await run();
      // Gone from the store, but not yet known here: longer than another count takes.
      if (method === "removeSentBefore" && answers++ === 0)
        for (let left = 50; left > 0; left--) await turn();
      return result;
    }),
  );
  const url = await sqs.queue("q", { MessageRetentionPeriod: "60" });
  await sqs.send(url, "expires");
  sqs.passSeconds(60);
  assert.deepEqual(await Promise.all([sqs.counts(url), sqs.counts(url)]), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
  await sqs.close();
});

test("a move task that is quicker than the writing of its beginning still ends", async () => {
  let writes = 0;
  const sqs = await TestSqs.open((store) =>
    intercepted(store, async (run, method) => {
      // Longer than all that a task without messages has to do.
      if (method === "writeMoveTask" && writes++ === 0) for (let left = 50; left > 0; left--) await turn();
      return run();
    }),
  );
  await sqs.queue("dead");
  const SourceArn = "arn:aws:sqs:us-east-1:000000000000:dead";
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: SourceArn, maxReceiveCount: 1 });
  await sqs.queue("q", { RedrivePolicy });
  await sqs.call("StartMessageMoveTask", { SourceArn });
  for (let left = 100; left > 0; left--) await turn();
  const { Results } = await sqs.call<{ Results: { Status: string }[] }>("ListMessageMoveTasks", {
    SourceArn,
  });
  assert.deepEqual(
    Results.map(({ Status }) => Status),
    ["COMPLETED"],
  );
  await sqs.close();
});
