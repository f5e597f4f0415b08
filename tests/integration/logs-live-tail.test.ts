/** Live tails with the SDK for JavaScript and boto3, and `aws logs tail --follow`. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
  type StartLiveTailCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { lambdaClient, logsClient, python, runProgram } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer } from "../../testkit/server.ts";

const GROUP = "/aws/lambda/talk";
const ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;

describe("live tails", () => {
  let server: TestServer;
  let logs: CloudWatchLogsClient;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    // The SDK puts `stream-` before the host's name unless it is told not to.
    logs = new CloudWatchLogsClient({
      ...{ endpoint: server.url, region: "us-east-1", disableHostPrefix: true },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    folder = await mkdtemp(path.join(tmpdir(), "lambkin-tail-"));
    const lambda = lambdaClient(server.url);
    await createFunction(
      lambda,
      "talk",
      pythonZip("def lambda_handler(event, context): print(event['say'])"),
    );
    await say("before");
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  function say(text: string) {
    return invoke(lambdaClient(server.url), "talk", { say: text });
  }

  async function* tail(input: Partial<StartLiveTailCommandInput> = {}) {
    const answer = await logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [ARN], ...input }));
    for await (const event of answer.responseStream ?? []) yield event;
  }

  it("shows what matches, and nothing from before", async () => {
    const events = tail({ logEventFilterPattern: "?now ?before" });
    const { value: first } = await events.next();
    assert.deepEqual(first?.sessionStart?.logGroupIdentifiers, [ARN]);
    assert.equal(first?.sessionStart?.logEventFilterPattern, "?now ?before");
    assert.ok(first?.sessionStart?.sessionId);
    await say("now");
    await say("something else");
    for await (const { sessionUpdate } of events) {
      const [event, ...others] = sessionUpdate?.sessionResults ?? [];
      assert.equal(sessionUpdate?.sessionMetadata?.sampled, false);
      if (event === undefined) continue;
      assert.equal(event.message, "now\n");
      assert.equal(event.logGroupIdentifier, `000000000000:${GROUP}`);
      assert.deepEqual(others, []);
      break;
    }
  });

  it("shows streams that were asked for, also what clients put there", async () => {
    const plain = logsClient(server.url);
    const group = { logGroupName: "/app" };
    await plain.send(new CreateLogGroupCommand(group));
    for (const logStreamName of ["web-1", "job-1"]) {
      await plain.send(new CreateLogStreamCommand({ ...group, logStreamName }));
    }
    const logGroupIdentifiers = [ARN.replace(GROUP, "/app")];
    const events = tail({ logGroupIdentifiers, logStreamNamePrefixes: ["web"] });
    await events.next();
    for (const logStreamName of ["job-1", "web-1"]) {
      const logEvents = [{ timestamp: Date.now(), message: `of ${logStreamName}` }];
      await plain.send(new PutLogEventsCommand({ ...group, logStreamName, logEvents }));
    }
    for await (const { sessionUpdate } of events) {
      const messages = sessionUpdate?.sessionResults?.map(({ message }) => message) ?? [];
      if (messages.length === 0) continue;
      assert.deepEqual(messages, ["of web-1"]);
      break;
    }
  });

  it("gives five hundred events a second at most, and says so", async () => {
    const plain = logsClient(server.url);
    const group = { logGroupName: "/busy", logStreamName: "s" };
    await plain.send(new CreateLogGroupCommand(group));
    await plain.send(new CreateLogStreamCommand(group));
    const events = tail({ logGroupIdentifiers: ["/busy"] });
    await events.next();
    const logEvents = Array.from({ length: 600 }, () => ({ timestamp: Date.now(), message: "x" }));
    await plain.send(new PutLogEventsCommand({ ...group, logEvents }));
    for await (const { sessionUpdate } of events) {
      if (!sessionUpdate?.sessionResults?.length) continue;
      assert.equal(sessionUpdate.sessionResults.length, 500);
      assert.equal(sessionUpdate.sessionMetadata?.sampled, true);
      break;
    }
  });

  it("refuses what it cannot follow", async () => {
    const start = (input: Partial<StartLiveTailCommandInput>) =>
      refusalOf(logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [ARN], ...input })));
    assert.equal((await start({ logGroupIdentifiers: ["/none"] })).name, "ResourceNotFoundException");
    assert.equal((await start({ logEventFilterPattern: "{ $.a" })).name, "InvalidParameterException");
    const both = await start({ logStreamNames: ["a"], logStreamNamePrefixes: ["b"] });
    assert.equal(both.name, "InvalidParameterException");
  });

  it("works with boto3", async () => {
    const script = path.join(folder, "tail.py");
    await writeFile(
      script,
      `
import boto3, json, threading
from botocore.config import Config
logs = boto3.client("logs", config=Config(inject_host_prefix=False))
stream = logs.start_live_tail(logGroupIdentifiers=["${ARN}"], logEventFilterPattern="snake")["responseStream"]
kinds = []
for event in stream:
    kinds.append(next(iter(event)))
    if "sessionStart" in event:
        call = lambda: boto3.client("lambda").invoke(FunctionName="talk", Payload=json.dumps({"say": "snake"}))
        threading.Thread(target=call).start()
    elif event["sessionUpdate"]["sessionResults"]:
        print(json.dumps([kinds[0], [each["message"] for each in event["sessionUpdate"]["sessionResults"]]]))
        break
stream.close()
`,
    );
    assert.deepEqual(await python(server.url, script, folder), ["sessionStart", ["snake\n"]]);
  });

  it("follows with `aws logs tail --follow`", async (t) => {
    // The first version of the CLI has no such command; Debian packages the second.
    const program = "/usr/bin/aws";
    const version = await runProgram(server.url, program, ["--version"], folder).catch(() => undefined);
    if (!version?.stdout.startsWith("aws-cli/2")) {
      t.skip("the AWS CLI version 2 is not at /usr/bin/aws");
      return;
    }
    const keys = {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const args = ["--endpoint-url", server.url, "logs", "tail", GROUP, "--follow", "--format", "short"];
    const child = spawn(program, args, { env: { ...process.env, ...keys, PYTHONUNBUFFERED: "1" } });
    let output = "";
    let hasSpoken = false;
    for await (const chunk of child.stdout) {
      output += String(chunk);
      // It has shown what was there and now waits for more.
      if (!hasSpoken && output.includes("before")) {
        hasSpoken = true;
        await say("later");
      }
      if (output.includes("later")) break;
    }
    child.kill();
    assert.match(output, / before\n.* later\n/s);
  });

  it("works with `aws logs start-live-tail`", async (t) => {
    const venv = path.join(PROJECT, ".cache/venv/bin");
    const keys = {
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_DEFAULT_REGION: "us-east-1",
    };
    const settings = { AWS_DISABLE_HOST_PREFIX_INJECTION: "true", PYTHONUNBUFFERED: "1" };
    const args = ["--endpoint-url", server.url, "logs", "start-live-tail", "--log-group-identifiers", ARN];
    const env = { ...process.env, ...keys, ...settings, PATH: `${venv}:${process.env["PATH"]}` };
    const child = spawn("aws", args, { env });
    let output = "";
    let hasEnded = false;
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.once("error", () => {
      hasEnded = true;
    });
    child.once("close", () => {
      hasEnded = true;
    });
    // It does not tell when it has begun to watch.
    while (!output.includes("watched") && !hasEnded) await say("watched");
    child.kill();
    if (!output.includes("watched")) t.skip("this AWS CLI has no start-live-tail");
  });

  it("does not keep a server from stopping", async () => {
    const own = await startTestServer();
    await logsClient(own.url).send(new CreateLogGroupCommand({ logGroupName: "/quiet" }));
    const client = new CloudWatchLogsClient({
      ...{ endpoint: own.url, region: "us-east-1", disableHostPrefix: true },
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const answer = await client.send(new StartLiveTailCommand({ logGroupIdentifiers: ["/quiet"] }));
    const kinds: string[] = [];
    let stopped: Promise<void> | undefined;
    for await (const event of answer.responseStream ?? []) {
      kinds.push(...Object.keys(event));
      stopped ??= own.stop();
    }
    await stopped;
    assert.equal(kinds[0], "sessionStart");
  });
});
