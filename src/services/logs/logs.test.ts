/**
 * The operations of CloudWatch Logs on a real store in a temporary folder, called as the gateway calls them. One long
 * file, because all cases share the same clock, store and short verbs below.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type * as logs from "@aws-sdk/client-cloudwatch-logs";
import { ApiError } from "../../errors/mod.ts";
import { type Clock, systemClock } from "../../kit/mod.ts";
import type { Operation, OperationTable, RequestContext } from "../../model/mod.ts";
import { LogWriter } from "../../observe/mod.ts";
import { SqliteLogJobs, SqliteLogStore } from "../../store/mod.ts";
import { Logs } from "./mod.ts";

const NOW_MS = 1_800_000_000_000;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
const GROUP = "/aws/lambda/hello";
const GROUP_ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;

const CONTEXT: RequestContext = {
  requestId: "00000000-0000-0000-0000-000000000000",
  accountId: "000000000000",
  region: "us-east-1",
  accessKeyId: undefined,
  baseUrl: "http://127.0.0.1",
  traceId: undefined,
};

let folder: string;
let nowMs: number;
let store: SqliteLogStore;
let writer: LogWriter;
let jobs: SqliteLogJobs;
let table: OperationTable;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lambkin-logs-"));
  nowMs = NOW_MS;
  // Timers never fire here: what the writer holds comes to the store by a flush or not at all.
  const clock: Clock = { ...systemClock, nowMs: () => nowMs, after: () => ({ cancel() {} }) };
  store = new SqliteLogStore(path.join(folder, "logs.db"));
  writer = new LogWriter({ store, clock, reportFault: (error) => assert.fail(String(error)) });
  jobs = new SqliteLogJobs(path.join(folder, "logs.db"), clock);
  const targets = { find: async () => undefined, invoke: async () => {}, payloadBytesMax: 1 };
  const reportFault = (error: unknown) => assert.fail(String(error));
  table = new Logs({ store, writer, jobs, clock, targets, putMetric: () => {}, reportFault }).operations;
});

afterEach(async () => {
  await writer.close();
  await jobs.close();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function call<Output>(name: string, input: object): Promise<Output> {
  const operation = table[name] as Operation<object> | undefined;
  assert.ok(operation, name);
  return (await operation(input, CONTEXT)) as Output;
}

async function refused(name: string, input: object, code: string, message: string): Promise<void> {
  await assert.rejects(call(name, input), (error) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual([error.code, error.message], [code, message]);
    return true;
  });
}

/** What a function prints. */
function print(stream: string, messages: readonly string[], firstMs = NOW_MS): void {
  for (const [index, message] of messages.entries()) {
    writer.write(
      { accountId: "000000000000", region: "us-east-1", group: GROUP, stream },
      { timestampMs: firstMs + index, message },
    );
  }
}

async function createStream(stream = "s"): Promise<void> {
  await call("CreateLogGroup", { logGroupName: GROUP });
  await call("CreateLogStream", { logGroupName: GROUP, logStreamName: stream });
}

function put(events: readonly (readonly [timestamp: number, message: string])[], logStreamName = "s") {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
  return call<logs.PutLogEventsResponse>("PutLogEvents", { logGroupName: GROUP, logStreamName, logEvents });
}

function get(input: Partial<logs.GetLogEventsRequest>): Promise<logs.GetLogEventsResponse> {
  return call("GetLogEvents", { logGroupName: GROUP, logStreamName: "s", ...input });
}

function filter(input: Partial<logs.FilterLogEventsRequest> = {}): Promise<logs.FilterLogEventsResponse> {
  return call("FilterLogEvents", { logGroupName: GROUP, ...input });
}

function texts(answer: { events?: { message?: string | undefined }[] | undefined }): (string | undefined)[] {
  return (answer.events ?? []).map((event) => event.message);
}

test("a group is described with the ARNs and members that AWS gives", async () => {
  await call("CreateLogGroup", { logGroupName: GROUP, kmsKeyId: "key", tags: { team: "red" } });
  await call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays: 14 });
  const { logGroups } = await call<logs.DescribeLogGroupsResponse>("DescribeLogGroups", {});
  assert.deepEqual(logGroups, [
    {
      logGroupName: GROUP,
      creationTime: NOW_MS,
      retentionInDays: 14,
      metricFilterCount: 0,
      arn: `${GROUP_ARN}:*`,
      storedBytes: 0,
      kmsKeyId: "key",
      logGroupClass: "STANDARD",
      logGroupArn: GROUP_ARN,
      deletionProtectionEnabled: false,
    },
  ]);
  await call("DeleteRetentionPolicy", { logGroupName: GROUP });
  const again = await call<logs.DescribeLogGroupsResponse>("DescribeLogGroups", {
    logGroupIdentifiers: [GROUP_ARN],
  });
  assert.equal("retentionInDays" in (again.logGroups?.[0] ?? {}), false);
});

test("a stream is described with its times, its ARN and no bytes", async () => {
  await createStream();
  const describe = () => call<logs.DescribeLogStreamsResponse>("DescribeLogStreams", { logGroupName: GROUP });
  const arn = `${GROUP_ARN}:log-stream:s`;
  const empty = { logStreamName: "s", creationTime: NOW_MS, arn, storedBytes: 0 };
  assert.deepEqual((await describe()).logStreams, [empty]);
  nowMs += 5;
  await put([[NOW_MS, "x"]]);
  const [stream] = (await describe()).logStreams ?? [];
  assert.match(stream?.uploadSequenceToken ?? "", /^\d{56}$/);
  assert.deepEqual(
    { ...stream, uploadSequenceToken: undefined },
    {
      ...empty,
      firstEventTimestamp: NOW_MS,
      lastEventTimestamp: NOW_MS,
      lastIngestionTime: NOW_MS + 5,
      uploadSequenceToken: undefined,
    },
  );
});

test("what is not there and what is there already is refused in AWS's words", async () => {
  const noGroup = ["ResourceNotFoundException", "The specified log group does not exist."] as const;
  const noStream = ["ResourceNotFoundException", "The specified log stream does not exist."] as const;
  const logEvents = [{ timestamp: NOW_MS, message: "x" }];
  const input = { logGroupName: GROUP, logStreamName: "s", retentionInDays: 1, tags: {}, logEvents };
  const onGroups = [
    "DeleteLogGroup",
    "DescribeLogStreams",
    "CreateLogStream",
    "DeleteLogStream",
    "PutLogEvents",
  ];
  onGroups.push("GetLogEvents", "FilterLogEvents", "PutRetentionPolicy", "DeleteRetentionPolicy");
  onGroups.push("TagLogGroup", "ListTagsLogGroup");
  for (const name of onGroups) await refused(name, input, ...noGroup);
  await refused("UntagLogGroup", { logGroupName: GROUP, tags: ["a"] }, ...noGroup);
  await call("CreateLogGroup", { logGroupName: GROUP });
  for (const name of ["DeleteLogStream", "PutLogEvents", "GetLogEvents"])
    await refused(name, input, ...noStream);
  await refused("FilterLogEvents", { logGroupName: GROUP, logStreamNames: ["s"] }, ...noStream);
  await call("CreateLogStream", input);
  const exists = "ResourceAlreadyExistsException";
  await refused("CreateLogGroup", input, exists, "The specified log group already exists");
  await refused("CreateLogStream", input, exists, "The specified log stream already exists");
});

test("groups are listed page by page, by prefix or by a part of the name, not by both", async () => {
  for (const logGroupName of ["a1", "a2", "a3", "b1"]) await call("CreateLogGroup", { logGroupName });
  const names = async (input: object) => {
    const page = await call<logs.DescribeLogGroupsResponse>("DescribeLogGroups", input);
    return { names: page.logGroups?.map((group) => group.logGroupName), nextToken: page.nextToken };
  };
  const first = await names({ logGroupNamePrefix: "a", limit: 2 });
  assert.deepEqual(first.names, ["a1", "a2"]);
  const second = await names({ logGroupNamePrefix: "a", limit: 2, nextToken: first.nextToken });
  assert.deepEqual(second, { names: ["a3"], nextToken: undefined });
  assert.deepEqual((await names({ logGroupNamePattern: "1" })).names, ["a1", "b1"]);
  await refused(
    "DescribeLogGroups",
    { logGroupNamePrefix: "a", logGroupNamePattern: "1" },
    "InvalidParameterException",
    "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
  );
  for (const nextToken of ["x", Buffer.from("{}").toString("base64url")]) {
    await refused(
      "DescribeLogGroups",
      { nextToken },
      "InvalidParameterException",
      "The specified nextToken is invalid.",
    );
  }
});

test("streams are listed page by page, newest last event first on request", async () => {
  print("b", ["x"], NOW_MS + 1);
  print("a", ["x"], NOW_MS + 3);
  print("c", ["x"], NOW_MS + 2);
  const names = async (input: object) => {
    const request = { logGroupIdentifier: GROUP_ARN, limit: 2, ...input };
    const page = await call<logs.DescribeLogStreamsResponse>("DescribeLogStreams", request);
    return { names: page.logStreams?.map((stream) => stream.logStreamName), nextToken: page.nextToken };
  };
  for (const [input, inOrder] of [
    [{}, ["a", "b", "c"]],
    [{ descending: true }, ["c", "b", "a"]],
    [{ orderBy: "LastEventTime" }, ["b", "c", "a"]],
    [{ orderBy: "LastEventTime", descending: true }, ["a", "c", "b"]],
  ] as const) {
    const first = await names(input);
    const second = await names({ ...input, nextToken: first.nextToken });
    assert.deepEqual([...(first.names ?? []), ...(second.names ?? [])], inOrder);
    assert.equal(second.nextToken, undefined);
  }
  assert.deepEqual((await names({ logStreamNamePrefix: "b" })).names, ["b"]);
  await refused(
    "DescribeLogStreams",
    { logGroupName: GROUP, logStreamNamePrefix: "b", orderBy: "LastEventTime" },
    "InvalidParameterException",
    "Cannot order by LastEventTime with a logStreamNamePrefix.",
  );
});

test("a group is named by name or by ARN, by exactly one of the two, and only within its account and region", async () => {
  print("s", ["x"]);
  for (const logGroupIdentifier of [GROUP, GROUP_ARN, `${GROUP_ARN}:*`]) {
    assert.deepEqual(texts(await filter({ logGroupName: undefined, logGroupIdentifier })), ["x"]);
  }
  const code = "InvalidParameterException";
  const both = { logGroupName: GROUP, logGroupIdentifier: GROUP };
  await refused(
    "FilterLogEvents",
    both,
    code,
    "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
  );
  await refused("FilterLogEvents", {}, code, "Either LogGroup name or LogGroup ARN must be specified.");
  await refused(
    "FilterLogEvents",
    { logGroupIdentifier: GROUP_ARN.replace("us-east-1", "eu-west-1") },
    "ResourceNotFoundException",
    "The specified log group does not exist.",
  );
});

test("events that are put are read back with their times, and a token is answered", async () => {
  await createStream();
  const answer = await put([
    [NOW_MS - 2, "one"],
    [NOW_MS - 1, "two\n"],
  ]);
  assert.match(answer.nextSequenceToken ?? "", /^\d{56}$/);
  assert.equal(answer.rejectedLogEventsInfo, undefined);
  assert.deepEqual((await get({})).events, [
    { timestamp: NOW_MS - 2, message: "one", ingestionTime: NOW_MS },
    { timestamp: NOW_MS - 1, message: "two\n", ingestionTime: NOW_MS },
  ]);
});

test("events that are too old, expired or too new are left out and told of", async () => {
  await createStream();
  const events = [-14 * DAY_MS - 1, -14 * DAY_MS + HOUR_MS - 1, 0].map(
    (ms) => [NOW_MS + ms, String(ms)] as const,
  );
  const [tooOld, expired, fine] = [events[0], events[1], events[2]];
  assert.ok(tooOld && expired && fine);
  assert.deepEqual((await put([tooOld, expired])).rejectedLogEventsInfo, { tooOldLogEventEndIndex: 1 });
  await call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays: 7 });
  assert.deepEqual((await put([tooOld, expired])).rejectedLogEventsInfo, {
    tooOldLogEventEndIndex: 1,
    expiredLogEventEndIndex: 2,
  });
  const ahead = await put([fine, [NOW_MS + 2 * HOUR_MS, "just"], [NOW_MS + 2 * HOUR_MS + 1, "too new"]]);
  assert.deepEqual(ahead.rejectedLogEventsInfo, { tooNewLogEventStartIndex: 2 });
  assert.deepEqual(texts(await get({})), [String(expired[1]), "0", "just"]);
});

test("a batch out of order, too long in time or too large is refused as a whole", async () => {
  await createStream();
  const refusal = (events: readonly (readonly [number, string])[], message: string) => {
    const logEvents = events.map(([timestamp, text]) => ({ timestamp, message: text }));
    const input = { logGroupName: GROUP, logStreamName: "s", logEvents };
    return refused("PutLogEvents", input, "InvalidParameterException", message);
  };
  await refusal(
    [
      [NOW_MS, "b"],
      [NOW_MS - 1, "a"],
    ],
    "Log events in a single PutLogEvents request must be in chronological order.",
  );
  await refusal(
    [
      [NOW_MS - DAY_MS - 1, "a"],
      [NOW_MS, "b"],
    ],
    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
  );
  const half = "x".repeat(524_288);
  await refusal([[NOW_MS, half + half]], "Log event too large: 1048602 bytes exceeds limit of 1048576");
  await refusal(
    [
      [NOW_MS, half],
      [NOW_MS, half],
    ],
    "Upload too large: 1048628 bytes exceeds limit of 1048576",
  );
  assert.deepEqual(texts(await get({})), []);
});

test("reading from the head goes forward, and at the end the same token comes back until there is more", async () => {
  print("s", ["1", "2", "3"]);
  const first = await get({ startFromHead: true, limit: 2 });
  assert.deepEqual(texts(first), ["1", "2"]);
  assert.match(first.nextForwardToken ?? "", /^f\/\d{56}\/s$/);
  assert.match(first.nextBackwardToken ?? "", /^b\/\d{56}\/s$/);
  const second = await get({ limit: 2, nextToken: first.nextForwardToken });
  assert.deepEqual(texts(second), ["3"]);
  const end = await get({ nextToken: second.nextForwardToken });
  assert.deepEqual(texts(end), []);
  assert.equal(end.nextForwardToken, second.nextForwardToken);
  print("s", ["4"], NOW_MS + 10);
  assert.deepEqual(texts(await get({ nextToken: end.nextForwardToken })), ["4"]);
});

test("reading from the tail goes backward, each page oldest first, and at the beginning the token stays", async () => {
  print("s", ["1", "2", "3"]);
  const last = await get({ limit: 2 });
  assert.deepEqual(texts(last), ["2", "3"]);
  const before = await get({ limit: 2, nextToken: last.nextBackwardToken });
  assert.deepEqual(texts(before), ["1"]);
  const beginning = await get({ nextToken: before.nextBackwardToken });
  assert.deepEqual(texts(beginning), []);
  assert.equal(beginning.nextBackwardToken, before.nextBackwardToken);
});

test("turning round at an end gives the event at that end again", async () => {
  print("s", ["1", "2"]);
  const all = await get({ startFromHead: true });
  const end = await get({ nextToken: all.nextForwardToken });
  assert.deepEqual(texts(await get({ nextToken: end.nextBackwardToken })), ["1", "2"]);
  const beginning = await get({ nextToken: all.nextBackwardToken });
  assert.deepEqual(texts(await get({ nextToken: beginning.nextForwardToken })), ["1", "2"]);
});

test("an empty stream answers tokens that give the events that come later", async () => {
  await createStream();
  const empty = await get({});
  assert.deepEqual(texts(empty), []);
  print("s", ["new"]);
  assert.deepEqual(texts(await get({ nextToken: empty.nextForwardToken })), ["new"]);
});

test("the start of the asked time is inclusive; its end is exclusive in one stream and inclusive in a search", async () => {
  print("s", ["0", "1", "2", "3"]);
  const times = { startTime: NOW_MS + 1, endTime: NOW_MS + 3 };
  assert.deepEqual(texts(await get(times)), ["1", "2"]);
  assert.deepEqual(texts(await filter(times)), ["1", "2", "3"]);
});

test("a token that is none is refused", async () => {
  await createStream();
  for (const nextToken of ["x", "f/1", `g/${"0".repeat(56)}/s`, `f/${"9".repeat(56)}/s`]) {
    const input = { logGroupName: GROUP, logStreamName: "s", nextToken };
    await refused("GetLogEvents", input, "InvalidParameterException", "The specified nextToken is invalid.");
    await refused(
      "FilterLogEvents",
      input,
      "InvalidParameterException",
      "The specified nextToken is invalid.",
    );
  }
});

test("a page holds no more than a megabyte", async () => {
  const message = "x".repeat(400_000);
  print("s", [message, message, message]);
  const first = await get({ startFromHead: true });
  assert.equal(first.events?.length, 2);
  assert.equal((await get({ nextToken: first.nextForwardToken })).events?.length, 1);
  const found = await filter();
  assert.equal(found.events?.length, 2);
  assert.equal((await filter({ nextToken: found.nextToken })).events?.length, 1);
});

test("a search gives the events of all streams in the order of time, with ids that sort as they do", async () => {
  print("b", ["1"], NOW_MS);
  print("a", ["2"], NOW_MS + 1);
  print("b", ["3"], NOW_MS + 2);
  const found = await filter();
  assert.deepEqual(
    found.events?.map(({ eventId: _, ...event }) => event),
    [
      { logStreamName: "b", timestamp: NOW_MS, message: "1", ingestionTime: NOW_MS },
      { logStreamName: "a", timestamp: NOW_MS + 1, message: "2", ingestionTime: NOW_MS },
      { logStreamName: "b", timestamp: NOW_MS + 2, message: "3", ingestionTime: NOW_MS },
    ],
  );
  const ids = found.events?.map((event) => event.eventId ?? "") ?? [];
  assert.deepEqual(ids, ids.toSorted());
  assert.equal(new Set(ids).size, 3);
  assert.deepEqual(found.searchedLogStreams, []);
  assert.equal(found.nextToken, undefined);
});

test("a search is narrowed by streams, prefix and pattern", async () => {
  print("2027/01/15/[$LATEST]a", ["START", "ERROR one"]);
  print("2027/01/15/[$LATEST]b", ["ERROR two"], NOW_MS + 10);
  print("2027/01/16/[$LATEST]c", ["ERROR three"], NOW_MS + 20);
  assert.deepEqual(texts(await filter({ filterPattern: "ERROR" })), [
    "ERROR one",
    "ERROR two",
    "ERROR three",
  ]);
  assert.deepEqual(texts(await filter({ logStreamNamePrefix: "2027/01/15", filterPattern: "?one ?three" })), [
    "ERROR one",
  ]);
  assert.deepEqual(texts(await filter({ logStreamNames: ["2027/01/15/[$LATEST]b"] })), ["ERROR two"]);
  await refused(
    "FilterLogEvents",
    { logGroupName: GROUP, logStreamNames: ["x"], logStreamNamePrefix: "2" },
    "InvalidParameterException",
    "LogStream names and LogStream name prefix are mutually exclusive parameters.",
  );
});

test("a search goes on from its token, and without one it is finished", async () => {
  print(
    "s",
    Array.from({ length: 10 }, (_, index) => `${index % 2 ? "odd" : "even"} ${index}`),
  );
  const seen: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await filter({ filterPattern: "odd", limit: 2, nextToken });
    seen.push(...texts(page));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(seen, ["odd 1", "odd 3", "odd 5", "odd 7", "odd 9"]);
});

test("a search runs newest first on request, and its token keeps the direction", async () => {
  print("s", ["1", "2", "3"]);
  const first = await filter({ startFromHead: false, startTime: NOW_MS, limit: 2 });
  assert.deepEqual(texts(first), ["3", "2"]);
  assert.deepEqual(texts(await filter({ nextToken: first.nextToken })), ["1"]);
  await assert.rejects(filter({ startFromHead: false }), { code: "InvalidParameterException" });
});

test("a follower that asks from the last time on gets what came since, once by event id", async () => {
  print("s", ["1", "2"]);
  const first = await filter({ startTime: NOW_MS });
  const seen = new Set(first.events?.map((event) => event.eventId));
  print("t", ["late"], NOW_MS + 1);
  const again = await filter({ startTime: NOW_MS + 1 });
  assert.deepEqual(
    again.events?.filter((event) => !seen.has(event.eventId)).map((event) => event.message),
    ["late"],
  );
});

test("what a function has printed is there for every operation that looks, without a wait", async () => {
  print("s", ["x"]);
  assert.deepEqual(texts(await filter()), ["x"]);
  print("t", ["y"]);
  await call("DeleteLogStream", { logGroupName: GROUP, logStreamName: "t" });
  print("u", ["z"]);
  await call("DeleteLogGroup", { logGroupName: GROUP });
  const { logGroups } = await call<logs.DescribeLogGroupsResponse>("DescribeLogGroups", {});
  assert.deepEqual(logGroups, []);
});

test("retention takes only the days that AWS allows", async () => {
  await call("CreateLogGroup", { logGroupName: GROUP });
  for (const retentionInDays of [1, 30, 3653]) {
    await call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays });
  }
  await assert.rejects(call("PutRetentionPolicy", { logGroupName: GROUP, retentionInDays: 2 }), {
    code: "InvalidParameterException",
  });
});

test("tags of a group are the same by name and by ARN", async () => {
  await call("CreateLogGroup", { logGroupName: GROUP, tags: { a: "1" } });
  await call("TagResource", { resourceArn: GROUP_ARN, tags: { b: "2" } });
  await call("TagLogGroup", { logGroupName: GROUP, tags: { a: "3", c: "4" } });
  const byArn = () => call("ListTagsForResource", { resourceArn: GROUP_ARN });
  assert.deepEqual(await byArn(), { tags: { a: "3", b: "2", c: "4" } });
  await call("UntagResource", { resourceArn: `${GROUP_ARN}:*`, tagKeys: ["a", "none"] });
  await call("UntagLogGroup", { logGroupName: GROUP, tags: ["b"] });
  assert.deepEqual(await byArn(), { tags: { c: "4" } });
  assert.deepEqual(await call("ListTagsLogGroup", { logGroupName: GROUP }), { tags: { c: "4" } });
});

test("tags are refused beyond fifty and for what does not exist", async () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`k${index}`, ""]));
  const missing = ["ResourceNotFoundException", "The specified resource does not exist."] as const;
  await refused("TagResource", { resourceArn: GROUP_ARN, tags: {} }, ...missing);
  await refused("UntagResource", { resourceArn: GROUP_ARN, tagKeys: [] }, ...missing);
  await refused(
    "ListTagsForResource",
    { resourceArn: "arn:aws:logs:us-east-1:000000000000:other" },
    ...missing,
  );
  await call("CreateLogGroup", { logGroupName: GROUP });
  const tooMany = "A resource can have no more than 50 tags.";
  await refused("TagResource", { resourceArn: GROUP_ARN, tags: many }, "TooManyTagsException", tooMany);
  await refused("TagLogGroup", { logGroupName: GROUP, tags: many }, "InvalidParameterException", tooMany);
  assert.deepEqual(await call("ListTagsLogGroup", { logGroupName: GROUP }), { tags: {} });
});

test("a protected group is deleted only after its protection is taken off", async () => {
  await call("CreateLogGroup", { logGroupName: GROUP, deletionProtectionEnabled: true });
  await assert.rejects(call("DeleteLogGroup", { logGroupName: GROUP }), { code: "ValidationException" });
  await call("PutLogGroupDeletionProtection", {
    logGroupIdentifier: GROUP,
    deletionProtectionEnabled: false,
  });
  await call("DeleteLogGroup", { logGroupName: GROUP });
});
