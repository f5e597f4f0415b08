/** Queues through the JavaScript SDK: standard queues. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { sqsClient } from "../../testkit/clients.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

describe("a standard queue", () => {
  let server: TestServer;
  let client: SQSClient;
  before(async () => {
    server = await startTestServer();
    client = sqsClient(server.url);
  });
  after(() => server.stop());

  async function queue(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl = "" } = await client.send(
      new CreateQueueCommand({ QueueName: name, Attributes: attributes }),
    );
    return QueueUrl;
  }

  async function counts(url: string): Promise<number[]> {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
    );
    return [
      Number(Attributes.ApproximateNumberOfMessages),
      Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      Number(Attributes.ApproximateNumberOfMessagesDelayed),
    ];
  }

  it("gives what was sent, hides it while it is in flight, and forgets it when it is deleted", async () => {
    const url = await queue("plain");
    assert.equal(url, `${server.url}/000000000000/plain`);
    const found = await client.send(new GetQueueUrlCommand({ QueueName: "plain" }));
    assert.equal(found.QueueUrl, url);
    const sent = await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: "hello",
        MessageAttributes: {
          color: { DataType: "String", StringValue: "blue" },
          bytes: { DataType: "Binary", BinaryValue: Buffer.from([1, 2, 3]) },
        },
      }),
    );
    assert.equal(sent.MD5OfMessageBody, "5d41402abc4b2a76b9719d911017c592");
    assert.deepEqual(await counts(url), [1, 0, 0]);
    const { Messages: [message] = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["All"],
      }),
    );
    assert.equal(message?.Body, "hello");
    assert.equal(message.MessageId, sent.MessageId);
    assert.equal(message.MD5OfMessageAttributes, sent.MD5OfMessageAttributes);
    assert.deepEqual(
      Buffer.from(message.MessageAttributes?.["bytes"]?.BinaryValue ?? []),
      Buffer.from([1, 2, 3]),
    );
    assert.equal(message.Attributes?.ApproximateReceiveCount, "1");
    assert.deepEqual(await counts(url), [0, 1, 0]);
    const again = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    assert.equal(again.Messages, undefined);
    await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
    assert.deepEqual(await counts(url), [0, 0, 0]);
  });

  it("gives a message again when its timeout is set to nothing, and counts that", async () => {
    const url = await queue("again");
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "x" }));
    const first = await client.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const handle = first.Messages?.[0]?.ReceiptHandle;
    await client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: handle, VisibilityTimeout: 0 }),
    );
    const second = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ["ApproximateReceiveCount"] }),
    );
    assert.equal(second.Messages?.[0]?.Attributes?.ApproximateReceiveCount, "2");
    assert.notEqual(second.Messages[0].ReceiptHandle, handle);
  });

  it("takes batches, and gives and deletes them", async () => {
    const url = await queue("batches");
    const entries = Array.from({ length: 10 }, (_, index) => ({
      Id: `e${index}`,
      MessageBody: `body ${index}`,
    }));
    const sent = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }));
    assert.equal(sent.Successful?.length, 10);
    assert.equal(sent.Failed, undefined);
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    assert.deepEqual(
      Messages.map(({ Body }) => Body).sort(),
      entries.map(({ MessageBody }) => MessageBody).sort(),
    );
    const deleted = await client.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    assert.equal(deleted.Successful?.length, 10);
    assert.deepEqual(await counts(url), [0, 0, 0]);
  });

  it("wakes a receive that waits as soon as something is sent", async () => {
    const url = await queue("long-poll");
    const startedMs = performance.now();
    const waiting = client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }));
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: "now" }));
    const { Messages } = await waiting;
    assert.equal(Messages?.[0]?.Body, "now");
    assert.ok(performance.now() - startedMs < 10_000);
  });
});
