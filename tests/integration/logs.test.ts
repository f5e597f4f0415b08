/** CloudWatch Logs through the SDK for JavaScript: groups, streams, events, tokens, patterns, retention. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type GetLogEventsCommandOutput,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

describe("logs", () => {
  let server: TestServer;
  let logs: CloudWatchLogsClient;
  before(async () => {
    server = await startTestServer();
    logs = logsClient(server.url);
  });
  after(() => server.stop());

  const nowMs = Date.now();

  async function streamWith(group: string, stream: string, messages: readonly string[]): Promise<void> {
    await logs.send(new CreateLogGroupCommand({ logGroupName: group })).catch(() => undefined);
    await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
    if (messages.length === 0) return;
    await logs.send(
      new PutLogEventsCommand({
        logGroupName: group,
        logStreamName: stream,
        logEvents: messages.map((message, index) => ({ timestamp: nowMs + index, message })),
      }),
    );
  }

  it("creates, lists and deletes groups and streams, and says what is wrong in AWS's words", async () => {
    await streamWith("/app/one", "s1", ["a"]);
    await streamWith("/app/two", "s1", []);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/app/" }));
    assert.deepEqual(
      logGroups.map((group) => group.logGroupName),
      ["/app/one", "/app/two"],
    );
    assert.equal(logGroups[0]?.arn, "arn:aws:logs:us-east-1:000000000000:log-group:/app/one:*");
    assert.equal(logGroups[0]?.storedBytes, 27);
    const twice = await refusalOf(logs.send(new CreateLogGroupCommand({ logGroupName: "/app/one" })));
    assert.equal(twice.name, "ResourceAlreadyExistsException");
    assert.equal(twice.message, "The specified log group already exists");
    assert.equal(twice.status, 400);
    const nowhere = await refusalOf(
      logs.send(new CreateLogStreamCommand({ logGroupName: "/none", logStreamName: "s" })),
    );
    assert.equal(nowhere.message, "The specified log group does not exist.");
    await logs.send(new DeleteLogStreamCommand({ logGroupName: "/app/one", logStreamName: "s1" }));
    const missing = await refusalOf(
      logs.send(new GetLogEventsCommand({ logGroupName: "/app/one", logStreamName: "s1" })),
    );
    assert.equal(missing.message, "The specified log stream does not exist.");
    await logs.send(new DeleteLogGroupCommand({ logGroupName: "/app/one" }));
    const left = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "pp/" }));
    assert.deepEqual(
      left.logGroups?.map((group) => group.logGroupName),
      ["/app/two"],
    );
  });

  it("pages through groups", async () => {
    for (const name of ["/page/a", "/page/b", "/page/c"]) {
      await logs.send(new CreateLogGroupCommand({ logGroupName: name }));
    }
    const first = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/page/", limit: 2 }));
    const second = await logs.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: "/page/", limit: 2, nextToken: first.nextToken }),
    );
    assert.equal(first.logGroups?.length, 2);
    assert.deepEqual(
      second.logGroups?.map((group) => group.logGroupName),
      ["/page/c"],
    );
    assert.equal(second.nextToken, undefined);
  });

  it("lists streams by name and by their last event", async () => {
    await streamWith("/order", "b-old", ["x"]);
    await streamWith("/order", "a-new", ["x", "y", "z"]);
    const names = async (options: object) =>
      (
        await logs.send(new DescribeLogStreamsCommand({ logGroupName: "/order", ...options }))
      ).logStreams?.map((stream) => stream.logStreamName);
    assert.deepEqual(await names({}), ["a-new", "b-old"]);
    assert.deepEqual(await names({ orderBy: "LastEventTime" }), ["b-old", "a-new"]);
    assert.deepEqual(await names({ orderBy: "LastEventTime", descending: true }), ["a-new", "b-old"]);
    assert.deepEqual(await names({ logStreamNamePrefix: "b" }), ["b-old"]);
  });

  it("reads a stream forwards and backwards, and says the same token again at the end", async () => {
    await streamWith("/tokens", "s", ["1", "2", "3", "4", "5"]);
    const get = (options: object) =>
      logs.send(
        new GetLogEventsCommand({ logGroupName: "/tokens", logStreamName: "s", limit: 2, ...options }),
      );
    const texts = (page: GetLogEventsCommandOutput) => page.events?.map((event) => event.message);
    const head = await get({ startFromHead: true });
    assert.deepEqual(texts(head), ["1", "2"]);
    const second = await get({ startFromHead: true, nextToken: head.nextForwardToken });
    const third = await get({ startFromHead: true, nextToken: second.nextForwardToken });
    const end = await get({ startFromHead: true, nextToken: third.nextForwardToken });
    assert.deepEqual([texts(second), texts(third), texts(end)], [["3", "4"], ["5"], []]);
    assert.equal(end.nextForwardToken, third.nextForwardToken);
    const tail = await get({});
    assert.deepEqual(texts(tail), ["4", "5"]);
    assert.deepEqual(texts(await get({ nextToken: tail.nextBackwardToken })), ["2", "3"]);
    const refused = await refusalOf(get({ nextToken: "x/1" }));
    assert.equal(refused.name, "InvalidParameterException");
  });

  it("filters by terms, phrases, any and none, over streams and time", async () => {
    await streamWith("/filter", "s1", ["ERROR one", "WARN two", "INFO three", 'say "hi" ERROR']);
    await streamWith("/filter", "s2", ["error four", "ERROR five WARN"]);
    const found = async (filterPattern: string | undefined, options: object = {}) =>
      (
        await logs.send(new FilterLogEventsCommand({ logGroupName: "/filter", filterPattern, ...options }))
      ).events?.map((event) => event.message);
    assert.equal((await found(undefined))?.length, 6);
    assert.deepEqual(await found("ERROR"), ["ERROR one", "ERROR five WARN", 'say "hi" ERROR']);
    assert.deepEqual(await found("ERROR WARN"), ["ERROR five WARN"]);
    assert.deepEqual(await found("?two ?three"), ["WARN two", "INFO three"]);
    assert.deepEqual(await found("ERROR -WARN"), ["ERROR one", 'say "hi" ERROR']);
    assert.deepEqual(await found('"ERROR one"'), ["ERROR one"]);
    assert.deepEqual(await found('"say \\"hi\\""'), ['say "hi" ERROR']);
    assert.deepEqual(await found("ERROR", { logStreamNames: ["s2"] }), ["ERROR five WARN"]);
    assert.deepEqual(await found("ERROR", { logStreamNamePrefix: "s1", endTime: nowMs }), ["ERROR one"]);
    assert.equal((await refusalOf(found('"open'))).name, "InvalidParameterException");
    const pages: string[] = [];
    for await (const page of paginateFilterLogEvents(
      { client: logs, pageSize: 1 },
      { logGroupName: "/filter" },
    )) {
      pages.push(...(page.events ?? []).map((event) => event.message ?? ""));
    }
    assert.equal(pages.length, 6);
  });

  it("keeps PutLogEvents' rules", async () => {
    await streamWith("/rules", "s", []);
    const put = (logEvents: { timestamp: number; message: string }[]) =>
      logs.send(new PutLogEventsCommand({ logGroupName: "/rules", logStreamName: "s", logEvents }));
    const disorder = await refusalOf(
      put([
        { timestamp: nowMs, message: "later" },
        { timestamp: nowMs - 1, message: "earlier" },
      ]),
    );
    assert.equal(
      disorder.message,
      "Log events in a single PutLogEvents request must be in chronological order.",
    );
    const dayMs = 24 * 60 * 60 * 1000;
    const old = await put([{ timestamp: nowMs - 30 * dayMs, message: "too old" }]);
    assert.equal(old.rejectedLogEventsInfo?.tooOldLogEventEndIndex, 1);
    const young = await put([{ timestamp: nowMs + dayMs, message: "too new" }]);
    assert.equal(young.rejectedLogEventsInfo?.tooNewLogEventStartIndex, 0);
    const empty = await refusalOf(put([{ timestamp: nowMs, message: "" }]));
    assert.equal(empty.status, 400);
  });

  it("sets and clears a group's retention", async () => {
    await streamWith("/retention", "s", []);
    const days = async () =>
      (await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/retention" }))).logGroups?.[0]
        ?.retentionInDays;
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: "/retention", retentionInDays: 7 }));
    assert.equal(await days(), 7);
    const odd = await refusalOf(
      logs.send(new PutRetentionPolicyCommand({ logGroupName: "/retention", retentionInDays: 8 })),
    );
    assert.equal(odd.status, 400);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: "/retention" }));
    assert.equal(await days(), undefined);
  });

  it("names a function's group and streams as Lambda does, or as LoggingConfig says", async () => {
    const client = lambdaClient(server.url);
    const source = pythonZip("def lambda_handler(e, c): return c.log_stream_name");
    await createFunction(client, "named", source);
    const { payload } = await invoke(client, "named");
    const { logStreams = [] } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: "/aws/lambda/named" }),
    );
    assert.deepEqual(
      logStreams.map((stream) => stream.logStreamName),
      [payload],
    );
    await createFunction(client, "custom", source, { LoggingConfig: { LogGroup: "/my/own" } });
    await invoke(client, "custom");
    const own = await logs.send(
      new FilterLogEventsCommand({ logGroupName: "/my/own", filterPattern: "REPORT" }),
    );
    assert.equal(own.events?.length, 1);
  });
});
