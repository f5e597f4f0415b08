/** Queues through the query protocol, as old SDKs speak it: forms in, XML out, and the queue in the path. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

/** A signature of the right form; nobody checks it. */
const AUTHORIZATION =
  "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/sqs/aws4_request, " +
  `SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`;

describe("the query protocol of queues", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  async function post(path: string, form: Readonly<Record<string, string>>, isSigned = true) {
    const response = await fetch(`${server.url}${path}`, {
      method: "POST",
      headers: {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        ...(isSigned && { Authorization: AUTHORIZATION }),
      },
      body: new URLSearchParams({ Version: "2012-11-05", ...form }),
    });
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      body: await response.text(),
    };
  }

  function element(xml: string, name: string): string {
    return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? "";
  }

  it("creates, lists and describes queues", async () => {
    const created = await post("/", {
      Action: "CreateQueue",
      QueueName: "query",
      "Attribute.1.Name": "VisibilityTimeout",
      "Attribute.1.Value": "40",
      "Tag.1.Key": "team",
      "Tag.1.Value": "a&b",
    });
    const host = server.url.slice("http://".length);
    assert.equal(created.status, 200);
    assert.equal(created.type, "text/xml");
    assert.match(
      created.body,
      new RegExp(
        '^<CreateQueueResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><CreateQueueResult>' +
          `<QueueUrl>http://${host}/000000000000/query</QueueUrl></CreateQueueResult>` +
          "<ResponseMetadata><RequestId>[0-9a-f-]{36}</RequestId></ResponseMetadata></CreateQueueResponse>$",
      ),
    );
    const listed = await post("/", { Action: "ListQueues", QueueNamePrefix: "que" });
    assert.equal(element(listed.body, "QueueUrl"), `${server.url}/000000000000/query`);
    const described = await post("/000000000000/query", {
      Action: "GetQueueAttributes",
      "AttributeName.1": "VisibilityTimeout",
      "AttributeName.2": "QueueArn",
    });
    assert.ok(
      described.body.includes("<Attribute><Name>VisibilityTimeout</Name><Value>40</Value></Attribute>"),
    );
    assert.ok(
      described.body.includes("<Value>arn:aws:sqs:eu-west-1:000000000000:query</Value>"),
      described.body,
    );
    const tags = await post("/000000000000/query", { Action: "ListQueueTags" });
    assert.ok(tags.body.includes("<Tag><Key>team</Key><Value>a&amp;b</Value></Tag>"), tags.body);
  });

  it("sends, receives and deletes by the queue's own path", async () => {
    await post("/", { Action: "CreateQueue", QueueName: "path" });
    const sent = await post("/000000000000/path", {
      Action: "SendMessage",
      MessageBody: "hello",
      "MessageAttribute.1.Name": "test_attribute_name_1",
      "MessageAttribute.1.Value.DataType": "String",
      "MessageAttribute.1.Value.StringValue": "test_attribute_value_1",
    });
    assert.equal(element(sent.body, "MD5OfMessageBody"), "5d41402abc4b2a76b9719d911017c592");
    const received = await post("/000000000000/path", {
      Action: "ReceiveMessage",
      MaxNumberOfMessages: "5",
      "AttributeName.1": "All",
      "MessageAttributeName.1": "test_*",
      "MessageAttributeName.2": "test_attribute.*",
    });
    assert.equal(element(received.body, "Body"), "hello");
    assert.equal(
      element(received.body, "MD5OfMessageAttributes"),
      element(sent.body, "MD5OfMessageAttributes"),
    );
    assert.ok(
      received.body.includes("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>"),
    );
    assert.ok(
      received.body.includes(
        "<MessageAttribute><Name>test_attribute_name_1</Name><Value><DataType>String</DataType>" +
          "<StringValue>test_attribute_value_1</StringValue></Value></MessageAttribute>",
      ),
      received.body,
    );
    const deleted = await post("/000000000000/path", {
      Action: "DeleteMessage",
      ReceiptHandle: element(received.body, "ReceiptHandle"),
    });
    assert.match(deleted.body, /^<DeleteMessageResponse [^>]*><ResponseMetadata>/);
  });

  it("tells of each entry of a batch", async () => {
    await post("/", { Action: "CreateQueue", QueueName: "batch" });
    const sent = await post("/000000000000/batch", {
      Action: "SendMessageBatch",
      "SendMessageBatchRequestEntry.1.Id": "good",
      "SendMessageBatchRequestEntry.1.MessageBody": "fine",
      "SendMessageBatchRequestEntry.2.Id": "bad",
      "SendMessageBatchRequestEntry.2.MessageBody": "\u0001",
    });
    assert.match(sent.body, /<SendMessageBatchResultEntry><Id>good<\/Id>/);
    assert.match(
      sent.body,
      /<BatchResultErrorEntry><Id>bad<\/Id><SenderFault>true<\/SenderFault><Code>InvalidMessageContents/,
    );
  });

  it("has the old codes of errors", async () => {
    const missing = await post("/000000000000/none", { Action: "ReceiveMessage" });
    assert.equal(missing.status, 400);
    assert.match(
      missing.body,
      /<Error><Type>Sender<\/Type><Code>AWS.SimpleQueueService.NonExistentQueue<\/Code><Message>The specified queue does not exist for this wsdl version.<\/Message>/,
    );
    const incomplete = await post("/", { Action: "CreateQueue" });
    assert.equal(element(incomplete.body, "Code"), "MissingParameter");
    await post("/", { Action: "CreateQueue", QueueName: "codes" });
    const bad = await post("/000000000000/codes", { Action: "DeleteMessage", ReceiptHandle: "nonsense" });
    assert.deepEqual([bad.status, element(bad.body, "Code")], [404, "ReceiptHandleIsInvalid"]);
    const range = await post("/000000000000/codes", { Action: "ReceiveMessage", MaxNumberOfMessages: "11" });
    assert.deepEqual([range.status, element(range.body, "Code")], [400, "InvalidParameterValue"]);
    await post("/000000000000/codes", { Action: "PurgeQueue" });
    const again = await post("/000000000000/codes", { Action: "PurgeQueue" });
    assert.deepEqual(
      [again.status, element(again.body, "Code")],
      [403, "AWS.SimpleQueueService.PurgeQueueInProgress"],
    );
    const unknown = await post("/", { Action: "Frobnicate" });
    assert.equal(element(unknown.body, "Code"), "InvalidAction");
  });

  it("serves who does not sign, by GET, too", async () => {
    const created = await post("/", { Action: "CreateQueue", QueueName: "unsigned" }, false);
    assert.equal(created.status, 200);
    const url = `${server.url}/000000000000/unsigned`;
    const sent = await fetch(`${url}?Action=SendMessage&MessageBody=by+get&Version=2012-11-05`);
    assert.equal(sent.status, 200, await sent.text());
    const received = await fetch(`${url}?Action=ReceiveMessage`);
    assert.equal(element(await received.text(), "Body"), "by get");
  });
});
