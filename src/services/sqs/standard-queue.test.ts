/** Standard queues: visibility, delay, waiting, retention, purging and counting, on a clock that the test moves. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { TestSqs } from "../../../testkit/sqs.ts";

let sqs: TestSqs;
beforeEach(async () => {
  sqs = await TestSqs.open();
});
afterEach(() => sqs.close());

test("a message is visible again when its timeout is over, and its old handle deletes nothing then", async () => {
  const url = await sqs.queue("q", { VisibilityTimeout: "10" });
  await sqs.send(url, "x");
  const [first] = await sqs.receive(url);
  sqs.passSeconds(9);
  assert.deepEqual(await sqs.bodies(url), []);
  sqs.passSeconds(1);
  const [second] = await sqs.receive(url);
  assert.equal(second?.MessageId, first?.MessageId);
  assert.equal(second?.Attributes?.ApproximateReceiveCount, "2");
  assert.equal(second.Attributes.ApproximateFirstReceiveTimestamp, "1000");
  await sqs.delete(url, first);
  assert.deepEqual(await sqs.counts(url), [0, 1, 0]);
  await sqs.delete(url, second);
  await sqs.delete(url, second);
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
});

test("a message whose timeout is over can still be deleted while nobody else has it", async () => {
  const url = await sqs.queue("q");
  await sqs.send(url, "x");
  const [message] = await sqs.receive(url);
  sqs.passSeconds(30);
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
  await sqs.delete(url, message);
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  assert.deepEqual(await sqs.bodies(url), []);
});

test("a timeout can be made longer, up to twelve hours after the receive", async () => {
  const url = await sqs.queue("q");
  await sqs.send(url, "x");
  const [message] = await sqs.receive(url, { VisibilityTimeout: 5 });
  await sqs.setVisibility(url, message, 100);
  sqs.passSeconds(99);
  assert.deepEqual(await sqs.bodies(url), []);
  const change = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle };
  const tooLong = { ...change, VisibilityTimeout: 43_200 };
  await sqs.refused("ChangeMessageVisibility", tooLong, "InvalidParameterValueException", /beyond the limit/);
  sqs.passSeconds(1);
  const late = { ...change, VisibilityTimeout: 5 };
  await sqs.refused("ChangeMessageVisibility", late, "InvalidParameterValueException", /not available/);
  assert.deepEqual(await sqs.bodies(url), ["x"]);
});

test("a receive with a timeout of nothing gives each message once and leaves them visible", async () => {
  const url = await sqs.queue("q");
  await sqs.send(url, "x");
  assert.deepEqual(await sqs.bodies(url, { VisibilityTimeout: 0 }), ["x"]);
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
  assert.deepEqual(await sqs.bodies(url), ["x"]);
});

test("delays are the queue's or the message's own, and wake who waits when they end", async () => {
  const url = await sqs.queue("q", { DelaySeconds: "20" });
  await sqs.send(url, "queue's");
  await sqs.send(url, "own", { DelaySeconds: 5 });
  await sqs.send(url, "none", { DelaySeconds: 0 });
  assert.deepEqual(await sqs.counts(url), [1, 0, 2]);
  assert.deepEqual(await sqs.bodies(url), ["none"]);
  const waiting = sqs.bodies(url, { WaitTimeSeconds: 10 });
  await sqs.counts(url);
  sqs.passSeconds(5);
  assert.deepEqual(await waiting, ["own"]);
  await sqs.restart();
  assert.deepEqual(await sqs.counts(url), [2, 0, 1]);
  sqs.passSeconds(15);
  assert.deepEqual((await sqs.bodies(url)).sort(), ["none", "own", "queue's"]);
});

test("whoever waits is woken when a message comes back, by itself or by its consumer", async () => {
  const url = await sqs.queue("q", { VisibilityTimeout: "7" });
  await sqs.send(url, "x");
  await sqs.receive(url);
  const first = sqs.receive(url, { WaitTimeSeconds: 20 });
  await sqs.counts(url);
  sqs.passSeconds(7);
  const [message] = await first;
  assert.equal(message?.Body, "x");
  const second = sqs.bodies(url, { WaitTimeSeconds: 20 });
  await sqs.counts(url);
  await sqs.setVisibility(url, message, 0);
  assert.deepEqual(await second, ["x"]);
});

test("a wait ends with nothing when its time is over, and the queue's own time counts where none is given", async () => {
  const url = await sqs.queue("q", { ReceiveMessageWaitTimeSeconds: "3" });
  const waiting = sqs.bodies(url);
  let isOver = false;
  void waiting.then(() => {
    isOver = true;
  });
  await sqs.counts(url);
  sqs.passSeconds(2);
  await sqs.counts(url);
  assert.equal(isOver, false);
  sqs.passSeconds(1);
  assert.deepEqual(await waiting, []);
  assert.deepEqual(await sqs.bodies(url, { WaitTimeSeconds: 0 }), []);
});

test("a consumer that goes away while it waits takes nothing with it", async () => {
  const url = await sqs.queue("q");
  let leave = () => {};
  const whenGone = (listener: () => void) => {
    leave = listener;
    return () => {};
  };
  const gone = sqs.call("ReceiveMessage", { QueueUrl: url, WaitTimeSeconds: 20 }, { whenGone });
  await sqs.counts(url);
  leave();
  assert.deepEqual(await gone, {});
  await sqs.send(url, "x");
  assert.deepEqual(await sqs.bodies(url), ["x"]);
});

test("messages past the retention vanish, wherever they are", async () => {
  const url = await sqs.queue("q", { MessageRetentionPeriod: "60" });
  await sqs.send(url, "visible");
  await sqs.send(url, "in flight");
  await sqs.receive(url, { MaxNumberOfMessages: 1, VisibilityTimeout: 1000 });
  sqs.passSeconds(50);
  await sqs.send(url, "younger");
  sqs.passSeconds(10);
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
  assert.deepEqual(await sqs.bodies(url), ["younger"]);
});

test("a purge empties the queue at once and is not allowed again for a minute", async () => {
  const url = await sqs.queue("q");
  for (const body of ["a", "b", "c"]) await sqs.send(url, body);
  const [message] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  await sqs.call("PurgeQueue", { QueueUrl: url });
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  await sqs.delete(url, message);
  await sqs.refused(
    "PurgeQueue",
    { QueueUrl: url },
    "PurgeQueueInProgress",
    /Only one PurgeQueue operation on q/,
  );
  await sqs.send(url, "d");
  assert.deepEqual(await sqs.bodies(url), ["d"]);
  sqs.passSeconds(60);
  await sqs.call("PurgeQueue", { QueueUrl: url });
});

test("a long queue comes out whole, each message once, though only pages of it are in memory", async () => {
  const url = await sqs.queue("q");
  const total = 2500;
  const sends: Promise<unknown>[] = [];
  for (let index = 0; index < total; index++) sends.push(sqs.send(url, String(index)));
  await Promise.all(sends);
  await sqs.restart();
  assert.deepEqual(await sqs.counts(url), [total, 0, 0]);
  const seen: number[] = [];
  for (;;) {
    const messages = await sqs.receive(url);
    if (messages.length === 0) break;
    seen.push(...messages.map(({ Body }) => Number(Body)));
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.call("DeleteMessageBatch", { QueueUrl: url, Entries });
    if (seen.length === 1000) await sqs.send(url, String(total));
  }
  assert.deepEqual(
    seen,
    Array.from({ length: total + 1 }, (_, index) => index),
  );
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
});

test("a restart keeps what was sent and deleted, makes visible what was in flight, and remembers receives", async () => {
  const url = await sqs.queue("q");
  await sqs.send(url, "deleted");
  await sqs.send(url, "kept");
  const [first, second] = await sqs.receive(url);
  await sqs.delete(url, first);
  sqs.passSeconds(1);
  await sqs.restart();
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
  const [again] = await sqs.receive(url);
  assert.equal(again?.Attributes?.ApproximateReceiveCount, "2");
  await sqs.delete(url, second);
  assert.deepEqual(await sqs.counts(url), [0, 1, 0], "the older handle does nothing");
});

test("a deleted queue's name is taken for a minute, and its messages do not come back", async () => {
  const url = await sqs.queue("q");
  await sqs.send(url, "x");
  await sqs.call("DeleteQueue", { QueueUrl: url });
  await sqs.refused("SendMessage", { QueueUrl: url, MessageBody: "x" }, "QueueDoesNotExist");
  await sqs.refused("CreateQueue", { QueueName: "q" }, "QueueDeletedRecently", /wait 60 seconds/);
  sqs.passSeconds(60);
  await sqs.queue("q");
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
});

test("who waits on a queue that is deleted gets nothing", async () => {
  const url = await sqs.queue("q");
  const waiting = sqs.bodies(url, { WaitTimeSeconds: 20 });
  await sqs.counts(url);
  await sqs.call("DeleteQueue", { QueueUrl: url });
  assert.deepEqual(await waiting, []);
});

test("the port to queues within the process sends, receives, changes and deletes by ARN", async () => {
  const url = await sqs.queue("q");
  const { QueueArn: arn = "" } = await sqs.attributes(url, "QueueArn");
  assert.equal(arn, "arn:aws:sqs:us-east-1:000000000000:q");
  await sqs.port.send(arn, [{ head: { id: "m-1", senderId: "lambda" }, body: "x" }]);
  const [message] = await sqs.port.receive(arn, { count: 10, waitMs: 1000 });
  assert.equal(message?.head.id, "m-1");
  await sqs.port.changeVisibility(arn, message.receiptHandle, 0);
  const [again] = await sqs.port.receive(arn, { count: 1 });
  await sqs.port.delete(arn, [again?.receiptHandle ?? ""]);
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  assert.equal((await sqs.port.find(arn))?.visibilityMs, 30_000);
  assert.equal(await sqs.port.find(`${arn}-other`), undefined);
  await assert.rejects(sqs.port.receive(`${arn}-other`, { count: 1 }), /does not exist/);
});

test("more messages than AWS allows are never in flight at once", async () => {
  const url = await sqs.queue("q");
  const arn = "arn:aws:sqs:us-east-1:000000000000:q";
  const batch = Array.from({ length: 1000 }, (_, index) => ({
    head: { id: `m-${index}`, senderId: "me" },
    body: "x",
  }));
  const inFlightMax = 120_000;
  await Promise.all(Array.from({ length: inFlightMax / 1000 + 1 }, () => sqs.port.send(arn, batch)));
  for (let left = inFlightMax; left > 0; left -= 1000) {
    assert.equal((await sqs.port.receive(arn, { count: 1000, visibilityMs: 60_000 })).length, 1000);
  }
  await sqs.refused("ReceiveMessage", { QueueUrl: url }, "OverLimit");
  assert.deepEqual(await sqs.counts(url), [1000, inFlightMax, 0]);
  sqs.passSeconds(60);
  assert.equal((await sqs.receive(url)).length, 10);
});
