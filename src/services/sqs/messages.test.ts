/** What messages may be, how they are shown, and how entries of batches fail alone. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { BatchResultErrorEntry } from "@aws-sdk/client-sqs";
import { TestSqs } from "../../../testkit/sqs.ts";

let sqs: TestSqs;
let url: string;
beforeEach(async () => {
  sqs = await TestSqs.open();
  url = await sqs.queue("q");
});
afterEach(() => sqs.close());

const MIB = 1024 * 1024;
const INVALID = "InvalidParameterValueException";

function refuse(more: object, code: string, message?: RegExp): Promise<void> {
  return sqs.refused("SendMessage", { QueueUrl: url, MessageBody: "x", ...more }, code, message);
}

test("a body has one byte at least and a mebibyte with its attributes at most, or what the queue says", async () => {
  await refuse({ MessageBody: "" }, "MissingRequiredParameterException", /MessageBody/);
  await sqs.send(url, "x".repeat(MIB));
  await refuse({ MessageBody: "x".repeat(MIB + 1) }, INVALID, /Message must be shorter than 1048576 bytes/);
  await refuse({ MessageBody: "é".repeat(MIB / 2 + 1) }, INVALID, /shorter/);
  const MessageAttributes = { n: { DataType: "String", StringValue: "x".repeat(100) } };
  await refuse({ MessageBody: "x".repeat(MIB - 100), MessageAttributes }, INVALID, /shorter/);
  await sqs.call("SetQueueAttributes", { QueueUrl: url, Attributes: { MaximumMessageSize: "1024" } });
  await refuse({ MessageBody: "x".repeat(1025) }, INVALID, /shorter than 1024 bytes/);
});

test("characters that XML does not have are refused, all others come back as they went", async () => {
  for (const MessageBody of [
    "\u0000",
    "a\u0008",
    "\u000b",
    "\u001f",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udc00x",
  ]) {
    await refuse({ MessageBody }, "InvalidMessageContents", /#x10000 to #x10FFFF/);
  }
  const body = '\t\n\r "<&>\u007f\u0085\ud7ff\ue000\ufffd🎈';
  await sqs.send(url, body);
  assert.deepEqual(await sqs.bodies(url), [body]);
});

test("message attributes follow AWS's rules", async () => {
  const attribute = (name: string, value: object) => ({ MessageAttributes: { [name]: value } });
  const text = { DataType: "String", StringValue: "x" };
  for (const name of ["AWS.x", "amazon.x", ".x", "x.", "a..b", "a b", "x".repeat(257)]) {
    await refuse(attribute(name, text), INVALID, /attribute name/);
  }
  await refuse(attribute("n", { StringValue: "x" }), INVALID, /non-empty message attribute type/);
  await refuse(attribute("n", { DataType: "Text", StringValue: "x" }), INVALID, /Binary, Number, and String/);
  await refuse(
    attribute("n", { DataType: "String", StringValue: "" }),
    INVALID,
    /^Message \(user\) attribute 'n' must contain a non-empty value of type 'String'\.$/,
  );
  await refuse(attribute("n", { DataType: "Binary", StringValue: "x" }), INVALID, /type 'Binary'/);
  await refuse(attribute("n", { DataType: "Number", StringValue: "x" }), INVALID, /to a number/);
  await refuse(
    attribute("n", { DataType: "String", StringValue: "\u0001" }),
    INVALID,
    /Invalid binary character/,
  );
  await refuse(attribute("n", { ...text, StringListValues: ["x"] }), INVALID, /not supported/);
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`n${index}`, text]));
  await refuse({ MessageAttributes: many }, INVALID, /exceeds the allowed maximum \[10\]/);
  const sent = await sqs.send(url, "x", attribute("ok", { DataType: "Number.float", StringValue: "-1.5e3" }));
  assert.ok(sent.MessageId);
});

test("only what is asked for is shown: names, prefixes, all", async () => {
  const value = { DataType: "String", StringValue: "x" };
  const trace = { DataType: "String", StringValue: "Root=1-5759e988-bd862e3fe1be46a994272793" };
  await sqs.send(url, "x", {
    MessageAttributes: { "a.one": value, "a.two": value, b: value },
    MessageSystemAttributes: { AWSTraceHeader: trace },
  });
  const shown = async (MessageAttributeNames: string[], MessageSystemAttributeNames: string[] = []) => {
    const input = { QueueUrl: url, VisibilityTimeout: 0, MessageAttributeNames, MessageSystemAttributeNames };
    type Answer = { Messages: { MessageAttributes?: object; Attributes?: object }[] };
    const { Messages } = await sqs.call<Answer>("ReceiveMessage", input);
    return [Object.keys(Messages[0]?.MessageAttributes ?? {}), Object.keys(Messages[0]?.Attributes ?? {})];
  };
  assert.deepEqual(await shown([]), [[], []]);
  assert.deepEqual(await shown(["a.*"]), [["a.one", "a.two"], []]);
  assert.deepEqual(await shown(["b", "none"], ["AWSTraceHeader"]), [["b"], ["AWSTraceHeader"]]);
  assert.deepEqual(await shown(["All"]), [["a.one", "a.two", "b"], []]);
  assert.deepEqual((await shown([".*"], ["All"]))[1], [
    ...["SenderId", "SentTimestamp", "ApproximateReceiveCount", "ApproximateFirstReceiveTimestamp"],
    "AWSTraceHeader",
  ]);
  const unknown = { QueueUrl: url, MessageSystemAttributeNames: ["Frobnication"] };
  await sqs.refused("ReceiveMessage", unknown, "InvalidAttributeName");
});

test("system attributes are the trace header and nothing else", async () => {
  const text = { DataType: "String", StringValue: "x" };
  await refuse({ MessageSystemAttributes: { SenderId: text } }, INVALID, /'SenderId' is invalid/);
  await refuse(
    { MessageSystemAttributes: { AWSTraceHeader: { DataType: "Number", StringValue: "1" } } },
    INVALID,
  );
  const sent = await sqs.send(url, "x", { MessageSystemAttributes: { AWSTraceHeader: text } });
  assert.match(
    (sent as { MD5OfMessageSystemAttributes?: string }).MD5OfMessageSystemAttributes ?? "",
    /^[0-9a-f]{32}$/,
  );
});

test("numbers out of their range are refused", async () => {
  await refuse({ DelaySeconds: 901 }, INVALID, /DelaySeconds/);
  await refuse({ DelaySeconds: -1 }, INVALID, /DelaySeconds/);
  for (const [name, value, range] of [
    ["MaxNumberOfMessages", 0, "Must be between 1 and 10"],
    ["MaxNumberOfMessages", 11, "Must be between 1 and 10"],
    ["WaitTimeSeconds", 21, "Must be >= 0 and <= 20"],
    ["WaitTimeSeconds", -1, "Must be >= 0 and <= 20"],
    ["VisibilityTimeout", 43_201, "Must be >= 0 and <= 43200"],
  ] as const) {
    const text = `Value ${value} for parameter ${name} is invalid. Reason: ${range}, if provided.`;
    await sqs.refused("ReceiveMessage", { QueueUrl: url, [name]: value }, INVALID, new RegExp(`^${text}$`));
  }
  const attempt = { QueueUrl: url, ReceiveRequestAttemptId: "x" };
  await sqs.refused("ReceiveMessage", attempt, INVALID, /not valid for this queue type/);
});

test("a batch is judged as a whole first", async () => {
  const entry = { Id: "a", MessageBody: "x" };
  const send = (Entries: object[], code: string) =>
    sqs.refused("SendMessageBatch", { QueueUrl: url, Entries }, code);
  await send([], "EmptyBatchRequest");
  await send(
    Array.from({ length: 11 }, (_, index) => ({ ...entry, Id: String(index) })),
    "TooManyEntriesInBatchRequest",
  );
  await send([entry, entry], "BatchEntryIdsNotDistinct");
  await send([{ ...entry, Id: "a b" }], "InvalidBatchEntryId");
  const half = "x".repeat(MIB / 2 + 1);
  const halves = ["a", "b"].map((Id) => ({ Id, MessageBody: half }));
  await send(halves, "BatchRequestTooLong");
  // One that is too long by itself makes its batch too long.
  await send([entry, { Id: "b", MessageBody: "x".repeat(MIB) }], "BatchRequestTooLong");
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
});

test("a batch for a FIFO queue is refused as a whole when an entry has no group or no deduplication id", async () => {
  const fifo = await sqs.queue("q.fifo", { FifoQueue: "true" });
  const whole = { Id: "a", MessageBody: "x", MessageGroupId: "g", MessageDeduplicationId: "1" };
  const refuse = (entry: object, message: RegExp) =>
    sqs.refused(
      "SendMessageBatch",
      { QueueUrl: fifo, Entries: [whole, { Id: "b", MessageBody: "x", ...entry }] },
      INVALID,
      message,
    );
  await refuse({ MessageDeduplicationId: "2" }, /^The request must contain the parameter MessageGroupId\.$/);
  await refuse({ MessageGroupId: "g" }, /either have ContentBasedDeduplication enabled/);
  assert.deepEqual(await sqs.counts(fifo), [0, 0, 0]);
});

test("then each entry fails alone", async () => {
  type Result = { Successful?: { Id: string }[]; Failed?: BatchResultErrorEntry[] };
  const batch = async (operation: string, Entries: object[]) => {
    const { Successful = [], Failed = [] } = await sqs.call<Result>(operation, { QueueUrl: url, Entries });
    return [Successful.map(({ Id }) => Id), Failed.map(({ Id, Code }) => `${Id} ${Code}`)];
  };
  assert.deepEqual(
    await batch("SendMessageBatch", [
      { Id: "a", MessageBody: "1" },
      { Id: "b", MessageBody: "\u0000" },
      { Id: "c", MessageBody: "" },
      { Id: "d", MessageBody: "2", DelaySeconds: 1000 },
      { Id: "e", MessageBody: "2" },
    ]),
    [
      ["a", "e"],
      ["b InvalidMessageContents", "c MissingParameter", "d InvalidParameterValue"],
    ],
  );
  const [first, second] = await sqs.receive(url);
  const { ReceiptHandle } = first ?? {};
  assert.deepEqual(
    await batch("ChangeMessageVisibilityBatch", [
      { Id: "a", ReceiptHandle, VisibilityTimeout: 100 },
      { Id: "b", ReceiptHandle, VisibilityTimeout: 43_201 },
      { Id: "c", ReceiptHandle: "nonsense", VisibilityTimeout: 1 },
    ]),
    [["a"], ["b InvalidParameterValue", "c ReceiptHandleIsInvalid"]],
  );
  const other = await sqs.queue("other");
  await sqs.send(other, "x");
  const [foreign] = await sqs.receive(other);
  assert.deepEqual(
    await batch("DeleteMessageBatch", [
      { Id: "a", ReceiptHandle },
      { Id: "b", ReceiptHandle: second?.ReceiptHandle },
      { Id: "c", ReceiptHandle: foreign?.ReceiptHandle },
    ]),
    [["a", "b"], ["c ReceiptHandleIsInvalid"]],
  );
  assert.deepEqual(await sqs.counts(url), [0, 0, 0]);
});
