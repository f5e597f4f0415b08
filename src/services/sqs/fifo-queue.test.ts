/** FIFO queues: order within groups, deduplication, and receives that are asked for again. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { TestSqs } from "../../../testkit/sqs.ts";
import { SQS_LIMITS } from "../../config/mod.ts";

let sqs: TestSqs;
beforeEach(async () => {
  sqs = await TestSqs.open();
});
afterEach(() => sqs.close());

let ids = 0;

function send(url: string, group: string, body: string, deduplicationId = `d-${ids++}`) {
  return sqs.send(url, body, { MessageGroupId: group, MessageDeduplicationId: deduplicationId });
}

function fifo(attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  return sqs.queue("q.fifo", { FifoQueue: "true", ...attributes });
}

test("a group gives its messages in order, and nothing while one of them is in flight", async () => {
  const url = await fifo();
  await send(url, "a", "a1");
  await send(url, "b", "b1");
  await send(url, "a", "a2");
  await send(url, "a", "a3");
  const [a1] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  assert.equal(a1?.Body, "a1");
  assert.deepEqual(await sqs.bodies(url), ["b1"]);
  assert.deepEqual(await sqs.bodies(url), []);
  assert.deepEqual(await sqs.counts(url), [2, 2, 0]);
  await sqs.delete(url, a1);
  assert.deepEqual(await sqs.bodies(url), ["a2", "a3"]);
});

test("a batch takes as many of one group as there are before it goes on to the next", async () => {
  const url = await fifo();
  for (const body of ["a1", "b1", "a2", "b2", "a3"]) await send(url, body.charAt(0), body);
  assert.deepEqual(await sqs.bodies(url, { MaxNumberOfMessages: 4 }), ["a1", "a2", "a3", "b1"]);
  assert.deepEqual(await sqs.bodies(url), []);
});

test("what comes back is given before what never left, and in its order", async () => {
  const url = await fifo();
  for (const body of ["1", "2", "3", "4"]) await send(url, "g", body);
  const [first, second, third] = await sqs.receive(url, { MaxNumberOfMessages: 3 });
  await sqs.setVisibility(url, third, 0);
  await sqs.setVisibility(url, first, 0);
  assert.deepEqual(await sqs.bodies(url), [], "the second is still in flight");
  await sqs.delete(url, second);
  assert.deepEqual(await sqs.bodies(url), ["1", "3", "4"]);
});

test("order holds over a restart, and a handle from before still deletes", async () => {
  const url = await fifo();
  for (const body of ["1", "2", "3"]) await send(url, "g", body);
  const [first] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  await sqs.restart();
  await sqs.delete(url, first);
  assert.deepEqual(await sqs.bodies(url), ["2", "3"]);
  assert.deepEqual(await sqs.counts(url), [0, 2, 0]);
});

test("a group whose oldest message has expired takes the turn of its next one", async () => {
  const url = await fifo({ MessageRetentionPeriod: "100" });
  await send(url, "a", "expires");
  sqs.passSeconds(70);
  await send(url, "b", "b");
  sqs.passSeconds(70);
  await send(url, "a", "a");
  assert.deepEqual(await sqs.counts(url), [2, 0, 0]);
  assert.deepEqual(await sqs.bodies(url), ["b", "a"]);
});

test("behind a thousand that have expired the next one is found at once", async () => {
  const url = await fifo({ MessageRetentionPeriod: "100", ContentBasedDeduplication: "true" });
  for (let round = 0; round < SQS_LIMITS.placesOfPage / 10; round++) {
    const Entries = Array.from({ length: 10 }, (_, at) => ({
      ...{ Id: String(at), MessageBody: `${round}-${at}`, MessageGroupId: "a" },
    }));
    await sqs.call("SendMessageBatch", { QueueUrl: url, Entries });
  }
  sqs.passSeconds(70);
  await send(url, "b", "b");
  await sqs.restart();
  assert.deepEqual(await sqs.bodies(url, { MaxNumberOfMessages: 1, VisibilityTimeout: 0 }), ["0-0"]);
  sqs.passSeconds(70);
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
  assert.deepEqual(await sqs.bodies(url, { MaxNumberOfMessages: 1 }), ["b"]);
});

test("a handle whose time is over is refused", async () => {
  const url = await fifo({ VisibilityTimeout: "5" });
  await send(url, "g", "x");
  const [message] = await sqs.receive(url);
  sqs.passSeconds(5);
  const input = { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle };
  await sqs.refused(
    "DeleteMessage",
    input,
    "InvalidParameterValueException",
    /The receipt handle has expired/,
  );
  assert.deepEqual(await sqs.bodies(url), ["x"]);
});

test("a message with the id of one of the last five minutes is answered and not added, deleted or not", async () => {
  const url = await fifo();
  const first = await send(url, "g", "x", "same");
  const [message] = await sqs.receive(url);
  await sqs.delete(url, message);
  await sqs.restart();
  sqs.passSeconds(299);
  const second = await send(url, "other", "y", "same");
  assert.deepEqual([second.MessageId, second.SequenceNumber], [first.MessageId, first.SequenceNumber]);
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
  sqs.passSeconds(1);
  const third = await send(url, "g", "z", "same");
  assert.notEqual(third.MessageId, first.MessageId);
  assert.deepEqual(await sqs.bodies(url), ["z"]);
});

test("duplicates within one batch are found, too", async () => {
  const url = await fifo();
  const entry = { MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "same" };
  const Entries = [
    { Id: "1", ...entry },
    { Id: "2", ...entry },
  ];
  const sent = await sqs.call<{ Successful: { MessageId: string }[] }>("SendMessageBatch", {
    QueueUrl: url,
    Entries,
  });
  assert.equal(sent.Successful[0]?.MessageId, sent.Successful[1]?.MessageId);
  assert.deepEqual(await sqs.counts(url), [1, 0, 0]);
});

test("with ContentBasedDeduplication the body is the id where none is given", async () => {
  const url = await fifo({ ContentBasedDeduplication: "true" });
  for (const body of ["same", "same", "other"]) await sqs.send(url, body, { MessageGroupId: "g" });
  await send(url, "g", "same", "its-own");
  assert.deepEqual(await sqs.bodies(url), ["same", "other", "same"]);
});

test("with DeduplicationScope messageGroup an id counts within its group only", async () => {
  const url = await fifo({ DeduplicationScope: "messageGroup", FifoThroughputLimit: "perMessageGroupId" });
  await send(url, "a", "a", "same");
  await send(url, "b", "b", "same");
  await send(url, "b", "b again", "same");
  assert.deepEqual(await sqs.bodies(url), ["a", "b"]);
});

test("sequence numbers have twenty digits and rise, over a restart and an empty queue, too", async () => {
  const url = await fifo();
  const numbers: string[] = [];
  for (let round = 0; round < 3; round++) {
    const { SequenceNumber = "" } = await send(url, "g", "x");
    numbers.push(SequenceNumber);
    const [message] = await sqs.receive(url);
    assert.equal(message?.Attributes?.SequenceNumber, SequenceNumber);
    await sqs.delete(url, message);
    await sqs.restart();
  }
  assert.ok(numbers.every((number) => /^\d{20}$/.test(number)));
  assert.deepEqual(numbers.toSorted(), numbers);
  assert.equal(new Set(numbers).size, 3);
});

test("the queue's delay holds for messages that are in it already", async () => {
  const url = await fifo({ DelaySeconds: "10" });
  await send(url, "a", "1");
  sqs.passSeconds(4);
  await send(url, "b", "2");
  assert.deepEqual(await sqs.counts(url), [0, 0, 2]);
  const waiting = sqs.bodies(url, { WaitTimeSeconds: 20 });
  await sqs.counts(url);
  sqs.passSeconds(6);
  assert.deepEqual(await waiting, ["1"]);
  assert.deepEqual(await sqs.counts(url), [0, 1, 1]);
  await sqs.call("SetQueueAttributes", { QueueUrl: url, Attributes: { DelaySeconds: "0" } });
  assert.deepEqual(await sqs.bodies(url), ["2"]);
});

test("a deletion frees the group for who waits", async () => {
  const url = await fifo();
  await send(url, "g", "1");
  await send(url, "g", "2");
  const [first] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  const waiting = sqs.bodies(url, { WaitTimeSeconds: 20 });
  await sqs.counts(url);
  await sqs.delete(url, first);
  assert.deepEqual(await waiting, ["2"]);
});

test("the same ReceiveRequestAttemptId gives the same messages and handles, for as long again", async () => {
  const url = await fifo({ VisibilityTimeout: "10" });
  for (const body of ["1", "2"]) await send(url, "g", body);
  const long = { QueueUrl: url, ReceiveRequestAttemptId: "x".repeat(129) };
  await sqs.refused("ReceiveMessage", long, "InvalidParameterValueException", /1 to 128 in length/);
  const attempt = { ReceiveRequestAttemptId: "attempt", MaxNumberOfMessages: 1 };
  const first = await sqs.receive(url, attempt);
  sqs.passSeconds(9);
  const second = await sqs.receive(url, attempt);
  assert.deepEqual(second, first);
  sqs.passSeconds(9);
  assert.deepEqual(await sqs.bodies(url), []);
  await sqs.delete(url, first[0]);
  assert.deepEqual(
    await sqs.bodies(url, attempt),
    ["2"],
    "the answer had arrived: this is a receive of its own",
  );
});

test("what a FIFO queue needs, and what it cannot have, is told", async () => {
  const url = await fifo();
  const body = { QueueUrl: url, MessageBody: "x" };
  await sqs.refused("SendMessage", body, "MissingRequiredParameterException", /MessageGroupId/);
  const grouped = { ...body, MessageGroupId: "g" };
  await sqs.refused("SendMessage", grouped, "InvalidParameterValueException", /ContentBasedDeduplication/);
  const delayed = { ...grouped, MessageDeduplicationId: "d", DelaySeconds: 5 };
  await sqs.refused("SendMessage", delayed, "InvalidParameterValueException", /queue type/);
  const bad = { ...grouped, MessageGroupId: "two words", MessageDeduplicationId: "d" };
  await sqs.refused("SendMessage", bad, "InvalidParameterValueException", /alphanumeric and punctuation/);
  const name = { QueueName: "q", Attributes: { FifoQueue: "true" } };
  await sqs.refused("CreateQueue", name, "InvalidParameterValueException", /must end with .fifo/);
  await sqs.refused("CreateQueue", { QueueName: "x.fifo" }, "InvalidParameterValueException");
});

test("groups far behind a long blocked one are found, and nothing is lost on the way", async () => {
  const url = await fifo();
  const blocked = Array.from({ length: 2500 }, (_, index) => send(url, "blocked", String(index)));
  await Promise.all([...blocked, send(url, "free", "free")]);
  await sqs.restart();
  const [first] = await sqs.receive(url, { MaxNumberOfMessages: 1 });
  assert.equal(first?.Body, "0");
  assert.deepEqual(await sqs.bodies(url), ["free"]);
  await sqs.delete(url, first);
  let next = 1;
  for (;;) {
    const messages = await sqs.receive(url);
    if (messages.length === 0) break;
    for (const message of messages) {
      assert.equal(message.Body, String(next++));
      await sqs.delete(url, message);
    }
  }
  assert.equal(next, 2500);
});
