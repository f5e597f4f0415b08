/** Random histories of queues against models so simple that they are right by sight. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message } from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { TestSqs } from "../../../testkit/sqs.ts";

type Step =
  | { readonly do: "send"; readonly group: number; readonly delay: number }
  | { readonly do: "receive"; readonly count: number; readonly visibility: number }
  | { readonly do: "delete" | "release"; readonly which: number }
  | { readonly do: "pass"; readonly seconds: number }
  | { readonly do: "restart" | "purge" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      group: fc.integer({ min: 0, max: 3 }),
      delay: fc.constantFrom(0, 0, 3, 20),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("receive" as const),
      count: fc.integer({ min: 1, max: 10 }),
      visibility: fc.constantFrom(0, 2, 10, 40),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("delete" as const, "release" as const),
      which: fc.nat(50),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("pass" as const), seconds: fc.constantFrom(1, 5, 15, 70) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom("restart" as const, "restart" as const, "purge" as const) }),
  },
);

const RETENTION_MS = 100_000;
const histories = fc.array(step, { minLength: 1, maxLength: 60 });

interface Modelled {
  readonly body: string;
  readonly group: string;
  readonly sentAtMs: number;
  readonly dueAtMs: number;
  receives: number;
  /** In flight until then. */
  hiddenUntilMs: number;
}

/** Everything a queue is, in one list. */
class Model {
  messages: Modelled[] = [];

  expire(nowMs: number): void {
    this.messages = this.messages.filter(({ sentAtMs }) => sentAtMs + RETENTION_MS > nowMs);
  }

  find(body: string | undefined): Modelled | undefined {
    return this.messages.find((message) => message.body === body);
  }

  counts(nowMs: number): number[] {
    this.expire(nowMs);
    const inFlight = this.messages.filter(({ hiddenUntilMs }) => hiddenUntilMs > nowMs).length;
    const delayed = this.messages.filter(({ dueAtMs }) => dueAtMs > nowMs).length;
    return [this.messages.length - inFlight - delayed, inFlight, delayed];
  }

  visible(nowMs: number): Modelled[] {
    this.expire(nowMs);
    return this.messages.filter(({ dueAtMs, hiddenUntilMs }) => dueAtMs <= nowMs && hiddenUntilMs <= nowMs);
  }

  /** The oldest group without anything in flight, as much of it as there is, then the next such. */
  inOrder(nowMs: number, count: number): string[] {
    this.expire(nowMs);
    const busy = new Set(
      this.messages.filter(({ hiddenUntilMs }) => hiddenUntilMs > nowMs).map(({ group }) => group),
    );
    const free = [...new Set(this.messages.map(({ group }) => group))].filter((group) => !busy.has(group));
    return free
      .flatMap((group) => this.messages.filter((message) => message.group === group))
      .slice(0, count)
      .map(({ body }) => body);
  }
}

async function run(history: readonly Step[], isFifo: boolean): Promise<void> {
  const sqs = await TestSqs.open();
  try {
    const url = await sqs.queue(isFifo ? "q.fifo" : "q", {
      MessageRetentionPeriod: String(RETENTION_MS / 1000),
      ...(isFifo && { FifoQueue: "true", ContentBasedDeduplication: "true" }),
    });
    const model = new Model();
    const received: Message[] = [];
    let sent = 0;
    for (const each of history) {
      const nowMs = sqs.clock.nowMs();
      switch (each.do) {
        case "send": {
          const body = `m${sent++}`;
          const delay = isFifo ? 0 : each.delay;
          const group = `g${each.group}`;
          await sqs.send(url, body, isFifo ? { MessageGroupId: group } : { DelaySeconds: delay });
          const dueAtMs = nowMs + delay * 1000;
          model.messages.push({ body, group, sentAtMs: nowMs, dueAtMs, receives: 0, hiddenUntilMs: 0 });
          break;
        }
        case "receive":
          received.push(...(await receive(sqs, url, model, each, isFifo)));
          break;
        case "delete":
        case "release":
          await finish(
            sqs,
            url,
            model,
            each.do,
            received.splice(each.which % (received.length || 1), 1)[0],
            isFifo,
          );
          break;
        case "pass":
          sqs.passSeconds(each.seconds);
          break;
        case "restart":
          await sqs.restart();
          for (const message of model.messages) message.hiddenUntilMs = 0;
          // Handles from before are another test's matter.
          received.length = 0;
          break;
        case "purge":
          await sqs.call("PurgeQueue", { QueueUrl: url }).then(
            () => {
              model.messages = [];
            },
            (error: Error) => assert.match(error.message, /Only one PurgeQueue/),
          );
          break;
      }
      assert.deepEqual(await sqs.counts(url), model.counts(sqs.clock.nowMs()), JSON.stringify(each));
    }
  } finally {
    await sqs.close();
  }
}

async function receive(
  sqs: TestSqs,
  url: string,
  model: Model,
  { count, visibility }: { count: number; visibility: number },
  isFifo: boolean,
): Promise<Message[]> {
  const nowMs = sqs.clock.nowMs();
  const options = { MaxNumberOfMessages: count, VisibilityTimeout: visibility };
  const messages = await sqs.receive(url, options);
  const bodies = messages.map(({ Body }) => Body);
  if (isFifo) assert.deepEqual(bodies, model.inOrder(nowMs, count));
  const visible = model.visible(nowMs);
  if (!isFifo) assert.equal(messages.length, Math.min(count, visible.length));
  assert.equal(new Set(bodies).size, bodies.length, "none twice");
  for (const { Body, Attributes } of messages) {
    const message = visible.find(({ body }) => body === Body);
    assert.ok(message, `${Body} is not visible`);
    message.receives++;
    message.hiddenUntilMs = nowMs + visibility * 1000;
    assert.equal(Attributes?.ApproximateReceiveCount, String(message.receives));
    assert.equal(Attributes.SentTimestamp, String(message.sentAtMs));
  }
  return messages;
}

/** Deletes or makes visible what was received some time ago, whatever has become of it since. */
async function finish(
  sqs: TestSqs,
  url: string,
  model: Model,
  how: "delete" | "release",
  message: Message | undefined,
  isFifo: boolean,
): Promise<void> {
  if (message === undefined) return;
  const nowMs = sqs.clock.nowMs();
  model.expire(nowMs);
  // The server forgets what expired when it next looks.
  await sqs.counts(url);
  const known = model.find(message.Body);
  const isLatest =
    known !== undefined && String(known.receives) === message.Attributes?.ApproximateReceiveCount;
  const isInFlight = known !== undefined && isLatest && known.hiddenUntilMs > nowMs;
  if (how === "release") {
    const change = sqs.setVisibility(url, message, 0);
    if (!isInFlight && (isFifo || known === undefined)) {
      return assert.rejects(change, /not available for visibility timeout change/);
    }
    await change;
    if (!isInFlight) return;
    known.hiddenUntilMs = 0;
    return;
  }
  const deletion = sqs.delete(url, message);
  if (isFifo && known !== undefined && !isInFlight) return assert.rejects(deletion, /has expired/);
  await deletion;
  if (isLatest) model.messages = model.messages.filter((other) => other !== known);
}

test("a standard queue does what the model does", async () => {
  await fc.assert(
    fc.asyncProperty(histories, (history) => run(history, false)),
    { numRuns: 150 },
  );
});

test("a FIFO queue does what the model does, in the very order", async () => {
  await fc.assert(
    fc.asyncProperty(histories, (history) => run(history, true)),
    { numRuns: 150 },
  );
});
