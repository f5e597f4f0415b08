/** Logs Insights with boto3, the AWS CLI and the SDK for JavaScript, over what functions and clients logged. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeQueriesCommand,
  FilterLogEventsCommand,
  GetLogRecordCommand,
  GetQueryResultsCommand,
  PutLogEventsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { aws, lambdaClient, logsClient, python } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const GROUP = "/app/insights";
const EVENTS = 20_000;

describe("Logs Insights", () => {
  let server: TestServer;
  let logs: CloudWatchLogsClient;
  let folder: string;
  const nowMs = Date.now();
  const fromSeconds = Math.floor(nowMs / 1000) - 3600;
  const untilSeconds = Math.floor(nowMs / 1000) + 3600;

  before(async () => {
    server = await startTestServer();
    logs = logsClient(server.url);
    folder = await mkdtemp(path.join(tmpdir(), "lambkin-insights-"));
    await logs.send(new CreateLogGroupCommand({ logGroupName: GROUP }));
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: "s" }));
    for (let first = 0; first < EVENTS; first += 5000) {
      const logEvents = Array.from({ length: 5000 }, (_, index) => {
        const number = first + index;
        const event = { level: number % 100 === 0 ? "ERROR" : "INFO", n: number, user: { id: number % 3 } };
        return { timestamp: nowMs - EVENTS + number, message: JSON.stringify(event) };
      });
      await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: "s", logEvents }));
    }
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function ask(queryString: string, input: Partial<StartQueryCommandInput> = {}) {
    const times = { startTime: fromSeconds, endTime: untilSeconds };
    const where = input.logGroupNames || input.logGroupIdentifiers ? {} : { logGroupName: GROUP };
    const { queryId } = await logs.send(new StartQueryCommand({ ...times, ...where, queryString, ...input }));
    return waitFor("the query's end", async () => {
      const answer = await logs.send(new GetQueryResultsCommand({ queryId }));
      return answer.status === "Running" || answer.status === "Scheduled" ? undefined : answer;
    });
  }

  it("answers stats with statistics of what was read", async () => {
    const answer = await ask(
      "filter level = 'ERROR' | stats count(*) as n, max(n) by user.id | sort user.id",
    );
    assert.equal(answer.status, "Complete");
    assert.deepEqual(
      answer.results?.map((row) => row.map(({ field, value }) => [field, value])),
      [0, 1, 2].map((id) => [
        ["user.id", String(id)],
        ["n", id === 2 ? "66" : "67"],
        ["max(n)", String([19_800, 19_900, 19_700][id])],
      ]),
    );
    assert.equal(answer.statistics?.recordsMatched, EVENTS / 100);
    assert.equal(answer.statistics?.recordsScanned, EVENTS);
    assert.ok(Number(answer.statistics?.bytesScanned) > 0);
  });

  it("gives events newest first, and all of one by its pointer", async () => {
    const answer = await ask("fields @timestamp, n | limit 2");
    const rows = (answer.results ?? []).map((row) => new Map(row.map(({ field, value }) => [field, value])));
    assert.deepEqual(
      rows.map((row) => row.get("n")),
      ["19999", "19998"],
    );
    const logRecordPointer = rows[0]?.get("@ptr") ?? "";
    const { logRecord } = await logs.send(new GetLogRecordCommand({ logRecordPointer }));
    assert.match(logRecord?.["@message"] ?? "", /"n":19999/);
    assert.equal(logRecord?.["@logStream"], "s");
  });

  it("says where a query is wrong", async () => {
    const refused = await refusalOf(ask("fields @message | nonsense"));
    assert.equal(refused.name, "MalformedQueryException");
    assert.match(refused.message, /unexpected symbol found nonsense at line 1 and position 19/);
    assert.deepEqual((refused.members["queryCompileError"] as { location: object }).location, {
      startCharOffset: 18,
      endCharOffset: 26,
    });
    const missing = await refusalOf(ask("fields a", { logGroupNames: ["/none"] }));
    assert.equal(missing.name, "ResourceNotFoundException");
  });

  it("merges groups in the order of time, and reads the reports of functions", async () => {
    const lambda = lambdaClient(server.url);
    await createFunction(lambda, "talk", pythonZip("def lambda_handler(event, context): print('hello')"));
    await invoke(lambda, "talk");
    const answer = await ask(
      "filter @type = 'REPORT' | stats max(@memorySize / 1000 / 1000) as mb, count(@duration) as n",
      {
        logGroupNames: [GROUP, "/aws/lambda/talk"],
      },
    );
    assert.deepEqual(answer.results, [
      [
        { field: "mb", value: "128" },
        { field: "n", value: "1" },
      ],
    ]);
    assert.equal(answer.statistics?.logGroupsScanned, 2);
    const mixed = await ask("fields @log | sort @timestamp desc | limit 1", {
      logGroupIdentifiers: [GROUP, "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/talk"],
    });
    assert.equal(mixed.results?.[0]?.[0]?.value, "000000000000:/aws/lambda/talk");
  });

  it("stops a query whose expression never comes to its end, and goes on serving", async () => {
    await logs.send(new CreateLogStreamCommand({ logGroupName: GROUP, logStreamName: "evil" }));
    const logEvents = [{ timestamp: nowMs, message: `${"a".repeat(60)}!` }];
    await logs.send(new PutLogEventsCommand({ logGroupName: GROUP, logStreamName: "evil", logEvents }));
    const times = { startTime: fromSeconds, endTime: untilSeconds, logGroupName: GROUP };
    const { queryId } = await logs.send(
      new StartQueryCommand({ ...times, queryString: "filter @message like /^(a+)+$/" }),
    );
    const running = await logs.send(new DescribeQueriesCommand({ status: "Running" }));
    assert.equal(running.queries?.[0]?.queryId, queryId);
    assert.deepEqual((await logs.send(new StopQueryCommand({ queryId }))).success, true);
    const { status } = await logs.send(new GetQueryResultsCommand({ queryId }));
    assert.equal(status, "Cancelled");
    // It was waiting in the same thread.
    const after = await ask("stats count(*) as n");
    assert.equal(after.results?.[0]?.[0]?.value, String(EVENTS + 1));
  });

  it("works with boto3", async () => {
    const script = path.join(folder, "ask.py");
    await writeFile(
      script,
      `
import boto3, json, time
logs = boto3.client("logs")
id = logs.start_query(logGroupName="${GROUP}", startTime=${fromSeconds}, endTime=${untilSeconds},
    queryString="stats count(*) as n by bin(1h) | stats sum(n) as all")["queryId"]
while (answer := logs.get_query_results(queryId=id))["status"] in ("Running", "Scheduled"): time.sleep(0.05)
print(json.dumps([answer["status"], answer["results"]]))
`,
    );
    assert.deepEqual(await python(server.url, script, folder), [
      "Complete",
      [[{ field: "all", value: String(EVENTS + 1) }]],
    ]);
  });

  it("finds a rare event by pattern, past what is looked at on the server's thread", async () => {
    const found = await logs.send(
      new FilterLogEventsCommand({ logGroupName: GROUP, filterPattern: "{ $.n = 19990 && $.user.id = 1 }" }),
    );
    assert.equal(found.events?.length, 1);
    assert.equal(found.nextToken, undefined);
    const cli = (await aws(
      server.url,
      [
        ...["logs", "filter-log-events", "--log-group-name", GROUP, "--output", "json"],
        ...["--filter-pattern", '{ ($.level = "ERROR" && $.n >= 19800) || $.n = 7 }'],
      ],
      folder,
    )) as { events: { message: string }[] };
    assert.deepEqual(
      cli.events.map(({ message }) => (JSON.parse(message) as { n: number }).n),
      [7, 19_800, 19_900],
    );
  });
});
