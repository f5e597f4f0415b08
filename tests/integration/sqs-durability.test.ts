/** Queues of a server that is killed in the middle of traffic: what was acknowledged holds, and nothing comes twice or out of order. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sqsClient } from "../../testkit/clients.ts";
import { spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const ROUNDS = 4;
const MESSAGES_A_ROUND = 300;
const PRODUCERS = 4;
const CONSUMERS = 3;

/** What the clients know; a server that was killed has to agree. */
class Ledger {
  readonly sent = new Set<string>();
  readonly maybeSent = new Set<string>();
  readonly deleted = new Set<string>();
  readonly maybeDeleted = new Set<string>();

  /** Surely there: acknowledged, and nobody has tried to delete it. */
  surelyThere(): string[] {
    return [...this.sent].filter((body) => !this.deleted.has(body) && !this.maybeDeleted.has(body));
  }
}

/** Runs until the server is gone. */
async function untilKilled(step: () => Promise<void>): Promise<void> {
  try {
    for (;;) await step();
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
  }
}

async function createQueue(client: SQSClient, name: string): Promise<string> {
  const isFifo = name.endsWith(".fifo");
  const Attributes = { VisibilityTimeout: "600", ...(isFifo && { FifoQueue: "true" }) };
  return (await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))).QueueUrl ?? "";
}

async function receive(client: SQSClient, QueueUrl: string): Promise<Message[]> {
  return (await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))).Messages ?? [];
}

async function consume(client: SQSClient, QueueUrl: string, ledger: Ledger): Promise<void> {
  const messages = await receive(client, QueueUrl);
  for (const { Body = "" } of messages) assert.ok(!ledger.deleted.has(Body), `${Body} was deleted`);
  // Some are left to be seen again after the kill.
  const done = messages.filter((_message, index) => index % 4 !== 3);
  if (done.length === 0) return;
  for (const { Body = "" } of done) ledger.maybeDeleted.add(Body);
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  for (const { Body = "" } of done) ledger.deleted.add(Body);
}

describe("queues of a server that is killed", () => {
  let dataDir: string;
  before(async () => {
    dataDir = await temporaryFolder();
  });
  after(() => rm(dataDir, { recursive: true, force: true }));

  it("a standard queue has every acknowledged message once, and none whose deletion was acknowledged", async () => {
    const ledger = new Ledger();
    for (let round = 0; round < ROUNDS; round++) {
      const server = await spawnServer(dataDir);
      const client = sqsClient(server.url);
      const url = await createQueue(client, "standard");
      const produce = async (producer: number): Promise<void> => {
        let next = 0;
        await untilKilled(async () => {
          const bodies = Array.from({ length: 1 + (next % 10) }, () => `${round}-${producer}-${next++}`);
          for (const body of bodies) ledger.maybeSent.add(body);
          const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
          await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
          for (const body of bodies) ledger.sent.add(body);
        });
      };
      const traffic = [
        ...Array.from({ length: PRODUCERS }, (_, producer) => produce(producer)),
        ...Array.from({ length: CONSUMERS }, () => untilKilled(() => consume(client, url, ledger))),
      ];
      const wanted = ledger.sent.size + MESSAGES_A_ROUND;
      await waitFor("some messages", () => (ledger.sent.size >= wanted ? true : undefined));
      server.child.kill("SIGKILL");
      await Promise.all([server.exited, ...traffic]);
    }
    const { seen, count } = await drained(dataDir, "standard");
    assert.equal(new Set(seen).size, seen.length, "none twice");
    assert.equal(count, seen.length, "the count is right");
    for (const body of ledger.surelyThere()) assert.ok(seen.includes(body), `${body} is lost`);
    for (const body of seen) {
      assert.ok(!ledger.deleted.has(body), `${body} was deleted`);
      assert.ok(ledger.maybeSent.has(body), `${body} was never sent`);
    }
    assert.ok(ledger.deleted.size > 0);
  });

  it("a FIFO queue keeps the order of its groups, and takes what is sent again only once", async () => {
    const ledger = new Ledger();
    /** Each group's producer goes on where it is not sure. */
    const next = Array.from({ length: PRODUCERS }, () => 0);
    for (let round = 0; round < ROUNDS; round++) {
      const server = await spawnServer(dataDir);
      const client = sqsClient(server.url);
      const url = await createQueue(client, "ordered.fifo");
      const produce = (group: number): Promise<void> =>
        untilKilled(async () => {
          const body = bodyOf(group, next[group] ?? 0);
          ledger.maybeSent.add(body);
          await client.send(
            new SendMessageCommand({
              QueueUrl: url,
              MessageBody: body,
              MessageGroupId: `group-${group}`,
              MessageDeduplicationId: body,
            }),
          );
          ledger.sent.add(body);
          next[group] = (next[group] ?? 0) + 1;
        });
      const consumeInOrder = async (): Promise<void> => {
        const messages = await receive(client, url);
        const expected = new Map<string, number>();
        for (const { Body = "" } of messages) {
          const [group = "", number = 0] = partsOf(Body);
          // Everything before it in its group is deleted, or was given in this very answer.
          for (let earlier = number - 1; earlier >= (expected.get(group) ?? 0); earlier--) {
            assert.ok(ledger.maybeDeleted.has(`${group}/${earlier}`), `${Body} came before ${earlier}`);
          }
          expected.set(group, number + 1);
          assert.ok(!ledger.deleted.has(Body), `${Body} was deleted`);
        }
        // All, or the first only: the rest of the group has to wait.
        const done = messages.length > 5 ? messages.slice(0, 1) : messages;
        if (done.length === 0) return;
        for (const { Body = "" } of done) ledger.maybeDeleted.add(Body);
        const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
        for (const { Body = "" } of done) ledger.deleted.add(Body);
      };
      const traffic = [
        ...next.map((_, group) => produce(group)),
        ...Array.from({ length: CONSUMERS }, () => untilKilled(consumeInOrder)),
      ];
      const wanted = ledger.sent.size + MESSAGES_A_ROUND;
      await waitFor("some messages", () => (ledger.sent.size >= wanted ? true : undefined));
      server.child.kill("SIGKILL");
      await Promise.all([server.exited, ...traffic]);
    }
    const { seen } = await drained(dataDir, "ordered.fifo");
    assert.equal(new Set(seen).size, seen.length, "none twice");
    for (const body of ledger.surelyThere()) assert.ok(seen.includes(body), `${body} is lost`);
    for (const body of seen) assert.ok(!ledger.deleted.has(body), `${body} was deleted`);
    for (const [group] of next.entries()) {
      const numbers = seen.map(partsOf).flatMap(([name, number]) => (name === `${group}` ? [number] : []));
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
    }
  });
});

function bodyOf(group: number, number: number): string {
  return `${group}/${number}`;
}

function partsOf(body: string): [group: string, number: number] {
  const [group = "", number = ""] = body.split("/");
  return [group, Number(number)];
}

/** All that is there after another start, in the order it comes; what was in flight is visible again. */
async function drained(dataDir: string, name: string): Promise<{ seen: string[]; count: number }> {
  const server = await spawnServer(dataDir);
  const client = sqsClient(server.url);
  const QueueUrl = await createQueue(client, name);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
  );
  const seen: string[] = [];
  for (;;) {
    const messages = await receive(client, QueueUrl);
    if (messages.length === 0) break;
    seen.push(...messages.map(({ Body = "" }) => Body));
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  server.child.kill("SIGKILL");
  await server.exited;
  return { seen, count: Number(Attributes?.ApproximateNumberOfMessages) };
}
