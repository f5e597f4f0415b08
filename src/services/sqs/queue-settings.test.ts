/** Creating, describing and changing queues: attributes, tags, permissions, lists. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { TestSqs } from "../../../testkit/sqs.ts";

let sqs: TestSqs;
beforeEach(async () => {
  sqs = await TestSqs.open();
});
afterEach(() => sqs.close());

const set = (url: string, Attributes: object) =>
  sqs.call("SetQueueAttributes", { QueueUrl: url, Attributes });

test("a queue of which nothing was said has AWS's defaults", async () => {
  assert.deepEqual(await sqs.attributes(await sqs.queue("q")), {
    QueueArn: "arn:aws:sqs:us-east-1:000000000000:q",
    ApproximateNumberOfMessages: "0",
    ApproximateNumberOfMessagesNotVisible: "0",
    ApproximateNumberOfMessagesDelayed: "0",
    CreatedTimestamp: "1",
    LastModifiedTimestamp: "1",
    VisibilityTimeout: "30",
    MaximumMessageSize: "1048576",
    MessageRetentionPeriod: "345600",
    DelaySeconds: "0",
    ReceiveMessageWaitTimeSeconds: "0",
    SqsManagedSseEnabled: "true",
  });
  const fifo = await sqs.attributes(await sqs.queue("q.fifo", { FifoQueue: "true" }));
  assert.deepEqual(
    ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"].map(
      (name) => fifo[name],
    ),
    ["true", "false", "queue", "perQueue"],
  );
});

test("creating a queue again answers it, unless an attribute differs", async () => {
  const url = await sqs.queue("q", { VisibilityTimeout: "5" });
  assert.equal(await sqs.queue("q"), url);
  assert.equal(await sqs.queue("q", { VisibilityTimeout: "5", DelaySeconds: "0" }), url);
  const other = { QueueName: "q", Attributes: { VisibilityTimeout: "6" } };
  await sqs.refused(
    "CreateQueue",
    other,
    "QueueNameExists",
    /different value for attribute VisibilityTimeout/,
  );
});

test("attributes change, are removed by an empty text where they may be, and survive a restart", async () => {
  const url = await sqs.queue("q");
  sqs.passSeconds(5);
  const Policy = '{"Version":"2012-10-17","Statement":[]}';
  await set(url, { VisibilityTimeout: "1", Policy, KmsMasterKeyId: "alias/mine" });
  await sqs.restart();
  const names = ["VisibilityTimeout", "Policy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds"];
  assert.deepEqual(await sqs.attributes(url, ...names, "SqsManagedSseEnabled", "LastModifiedTimestamp"), {
    ...{ VisibilityTimeout: "1", Policy, KmsMasterKeyId: "alias/mine", KmsDataKeyReusePeriodSeconds: "300" },
    ...{ SqsManagedSseEnabled: "false", LastModifiedTimestamp: "6" },
  });
  await set(url, { Policy: "", KmsMasterKeyId: "" });
  assert.deepEqual(await sqs.attributes(url, ...names), { VisibilityTimeout: "1" });
});

test("attributes that there are not, or not like this, are refused", async () => {
  const url = await sqs.queue("q");
  const refuse = (Attributes: object, code: string, message: RegExp) =>
    sqs.refused("SetQueueAttributes", { QueueUrl: url, Attributes }, code, message);
  await refuse({ Frobnication: "1" }, "InvalidAttributeName", /Unknown Attribute Frobnication/);
  await refuse({ QueueArn: "x" }, "InvalidAttributeName", /Unknown Attribute QueueArn/);
  await refuse({ FifoQueue: "true" }, "InvalidAttributeName", /Unknown Attribute FifoQueue/);
  await refuse({ toString: "x" }, "InvalidAttributeName", /Unknown Attribute toString/);
  for (const [name, ...values] of [
    ["VisibilityTimeout", "-1", "43201", "x", "1.5", ""],
    ["MaximumMessageSize", "1023", "1048577"],
    ["MessageRetentionPeriod", "59", "1209601"],
    ["DelaySeconds", "901"],
    ["ReceiveMessageWaitTimeSeconds", "21"],
    ["SqsManagedSseEnabled", "yes"],
    ["Policy", "not JSON", "[]"],
  ] as const) {
    for (const value of values) {
      await refuse(
        { [name]: value },
        "InvalidAttributeValue",
        new RegExp(`Invalid value for the parameter ${name}\\.`),
      );
    }
  }
  const asked = { QueueUrl: url, AttributeNames: ["Frobnication"] };
  await sqs.refused("GetQueueAttributes", asked, "InvalidAttributeName");
  const fifo = await sqs.queue("q.fifo", { FifoQueue: "true" });
  const byGroup = { QueueUrl: fifo, Attributes: { FifoThroughputLimit: "perMessageGroupId" } };
  await sqs.refused(
    "SetQueueAttributes",
    byGroup,
    "InvalidAttributeValue",
    /Reason: To set FifoThroughputLimit to perMessageGroupId, the DeduplicationScope must be messageGroup\.$/,
  );
  await refuse(
    { DeduplicationScope: "queue" },
    "InvalidAttributeName",
    /^You can specify the DeduplicationScope only when FifoQueue is set to true\.$/,
  );
  await refuse({ ContentBasedDeduplication: "true" }, "InvalidAttributeName", /^Unknown Attribute/);
  await set(fifo, {
    FifoQueue: "true",
    FifoThroughputLimit: "perMessageGroupId",
    DeduplicationScope: "messageGroup",
  });
  const toQueue = { QueueUrl: fifo, Attributes: { DeduplicationScope: "queue" } };
  await sqs.refused("SetQueueAttributes", toQueue, "InvalidAttributeValue");
  const type = { QueueUrl: fifo, Attributes: { FifoQueue: "false" } };
  await sqs.refused(
    "SetQueueAttributes",
    type,
    "InvalidAttributeValue",
    /Modifying queue type is not supported/,
  );
});

test("a queue has one kind of encryption", async () => {
  const url = await sqs.queue("q");
  const refuse = (Attributes: object) =>
    sqs.refused(
      "SetQueueAttributes",
      { QueueUrl: url, Attributes },
      "InvalidAttributeName",
      /^You can use one type of server-side encryption \(SSE\) at one time\./,
    );
  await refuse({ KmsMasterKeyId: "key", SqsManagedSseEnabled: "true" });
  await set(url, {
    KmsMasterKeyId: "key",
    KmsDataKeyReusePeriodSeconds: "6000",
    SqsManagedSseEnabled: "false",
  });
  await refuse({ SqsManagedSseEnabled: "true" });
  const names = ["KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled"];
  assert.deepEqual(await sqs.attributes(url, ...names), {
    ...{ KmsMasterKeyId: "key", KmsDataKeyReusePeriodSeconds: "6000", SqsManagedSseEnabled: "false" },
  });
  await set(url, { KmsMasterKeyId: "", SqsManagedSseEnabled: "true" });
  assert.equal((await sqs.attributes(url, "SqsManagedSseEnabled"))["SqsManagedSseEnabled"], "true");
});

test("names are checked, and queues of other accounts and regions are others", async () => {
  for (const QueueName of ["", "two words", "x".repeat(81), "a.b", "ü"]) {
    await assert.rejects(sqs.call("CreateQueue", { QueueName }));
  }
  const url = await sqs.queue("q");
  const elsewhere = { region: "eu-west-1" };
  await assert.rejects(sqs.call("GetQueueUrl", { QueueName: "q" }, elsewhere), /does not exist/);
  await sqs.call("CreateQueue", { QueueName: "q" }, elsewhere);
  await sqs.send(url, "here");
  const there = await sqs.call("ReceiveMessage", { QueueUrl: url }, elsewhere);
  assert.deepEqual(there, {});
  const owner = { QueueName: "q", QueueOwnerAWSAccountId: "000000000000" };
  const found = await sqs.call("GetQueueUrl", owner, { accountId: "111111111111" });
  assert.deepEqual(found, { QueueUrl: url });
});

test("a queue is found by its URL on any host, and by nothing else", async () => {
  await sqs.queue("q");
  for (const host of [
    "https://sqs.us-east-1.amazonaws.com",
    "http://localhost:9324",
    "http://queue:80/queue",
  ]) {
    assert.deepEqual(await sqs.counts(`${host}/000000000000/q`), [0, 0, 0]);
  }
  await sqs.refused("ReceiveMessage", { QueueUrl: "q" }, "InvalidAddress");
  await sqs.refused("ReceiveMessage", {}, "MissingRequiredParameterException", /QueueUrl/);
});

test("queues are listed by name and prefix, with a token only where a page was asked for", async () => {
  for (const name of ["b1", "a1", "b3", "b2"]) await sqs.queue(name);
  const list = (input: object) => sqs.call<{ QueueUrls?: string[]; NextToken?: string }>("ListQueues", input);
  const names = (urls: string[] | undefined) => urls?.map((url) => url.split("/").at(-1));
  assert.deepEqual(names((await list({})).QueueUrls), ["a1", "b1", "b2", "b3"]);
  assert.deepEqual(await list({ QueueNamePrefix: "c" }), {});
  const first = await list({ QueueNamePrefix: "b", MaxResults: 2 });
  assert.deepEqual(names(first.QueueUrls), ["b1", "b2"]);
  const second = await list({ QueueNamePrefix: "b", MaxResults: 2, NextToken: first.NextToken });
  assert.deepEqual([names(second.QueueUrls), second.NextToken], [["b3"], undefined]);
  await sqs.refused("ListQueues", { MaxResults: 1001 }, "InvalidParameterValueException");
  await sqs.refused("ListQueues", { MaxResults: 1, NextToken: "?" }, "InvalidParameterValueException");
});

test("tags come and go", async () => {
  const url = await sqs.queue("q");
  const tags = async () => (await sqs.call<{ Tags?: object }>("ListQueueTags", { QueueUrl: url })).Tags;
  assert.equal(await tags(), undefined);
  await sqs.call("TagQueue", { QueueUrl: url, Tags: { a: "1", b: "2" } });
  await sqs.call("TagQueue", { QueueUrl: url, Tags: { b: "3", c: "" } });
  assert.deepEqual(await tags(), { a: "1", b: "3", c: "" });
  await sqs.call("UntagQueue", { QueueUrl: url, TagKeys: ["a", "none"] });
  assert.deepEqual(await tags(), { b: "3", c: "" });
  const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, ""]));
  await sqs.refused(
    "TagQueue",
    { QueueUrl: url, Tags: many },
    "InvalidParameterValueException",
    /^Too many tags added for queue q\.$/,
  );
});

test("permissions are statements of the policy", async () => {
  const url = await sqs.queue("q");
  const add = { QueueUrl: url, Label: "l", AWSAccountIds: ["111111111111"], Actions: ["SendMessage"] };
  await sqs.call("AddPermission", add);
  const { Policy = "" } = await sqs.attributes(url, "Policy");
  assert.deepEqual(JSON.parse(Policy), {
    Version: "2008-10-17",
    Id: "arn:aws:sqs:us-east-1:000000000000:q/SQSDefaultPolicy",
    Statement: [
      {
        Sid: "l",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: "SQS:SendMessage",
        Resource: "arn:aws:sqs:us-east-1:000000000000:q",
      },
    ],
  });
  await sqs.refused("AddPermission", add, "InvalidParameterValueException", /Already exists/);
  const refuse = (more: object, message: RegExp) =>
    sqs.refused(
      "AddPermission",
      { ...add, Label: "other", ...more },
      "InvalidParameterValueException",
      message,
    );
  await refuse({ Actions: ["CreateQueue"] }, /Only the queue owner/);
  await refuse({ AWSAccountIds: ["me"] }, /Unable to verify/);
  const remove = (Label: string, message: RegExp) =>
    sqs.refused("RemovePermission", { QueueUrl: url, Label }, "InvalidParameterValueException", message);
  await remove("none", /can't find label on existing policy\.$/);
  await sqs.call("RemovePermission", { QueueUrl: url, Label: "l" });
  await remove("l", /^Value l for parameter Label is invalid\. Reason: can't find label\.$/);
  // A policy may be any object: its statements need not be any.
  await set(url, { Policy: '{"Statement":null}' });
  await sqs.call("AddPermission", add);
  await sqs.call("RemovePermission", { QueueUrl: url, Label: "l" });
  assert.deepEqual(await sqs.attributes(url, "Policy"), {});
});
