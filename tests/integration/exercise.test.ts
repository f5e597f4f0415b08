/** The course's exercise, word for word, with each of the real clients. */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CreateFunctionCommand,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  waitUntilFunctionActiveV2,
} from "@aws-sdk/client-lambda";
import { aws, lambdaClient, python, runProgram } from "../../testkit/clients.ts";
import { invoke, pythonZip, type Refusal, ROLE, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const SLEEPER = `
import time

def lambda_handler(event, context):
    print("working on", event)
    time.sleep(float(event.get("seconds", 5)))
    return {"statusCode": 200, "body": "done"}
`;

interface CallResult {
  readonly status: number;
  readonly payload?: unknown;
  readonly code?: string;
  readonly message?: string;
  readonly reason?: string;
}

interface ExerciseReport {
  readonly state: string;
  readonly listed: string[];
  readonly limited: number;
  readonly ten: CallResult[];
  readonly two: CallResult[];
  readonly withRetries: CallResult[];
  readonly tail: string;
  readonly reports: string[];
}

describe("the exercise", () => {
  let server: TestServer;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    folder = await temporaryFolder();
    await writeFile(path.join(folder, "function.zip"), pythonZip(SLEEPER));
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("runs with boto3: two of ten calls get through, retries get through later", async () => {
    const script = path.join(import.meta.dirname, "exercise.py");
    const report = (await python(server.url, script, folder)) as ExerciseReport;
    assert.equal(report.state, "Pending");
    assert.ok(report.listed.includes("exercise"));
    assert.equal(report.limited, 2);
    const answered = report.ten.filter((result) => result.status === 200);
    const throttled = report.ten.filter((result) => result.status === 429);
    assert.equal(answered.length, 2);
    assert.equal(throttled.length, 8);
    assert.deepEqual(answered[0]?.payload, { statusCode: 200, body: "done" });
    for (const { code, message, reason } of throttled) {
      assert.equal(code, "TooManyRequestsException");
      assert.equal(message, "Rate Exceeded.");
      assert.equal(reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    assert.deepEqual(
      report.two.map((result) => result.status),
      [200, 200],
    );
    assert.deepEqual(
      report.withRetries.map((result) => result.status),
      [200, 200, 200],
    );
    assert.match(report.tail, /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\n/);
    assert.match(report.tail, /working on \{\}\n/);
    assert.match(
      report.tail,
      /\nREPORT RequestId: [0-9a-f-]{36}\tDuration: 5\d{3}\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t\n$/,
    );
    assert.equal(report.reports.length, 2 + 2 + 3 + 1);
  });

  it("runs with the AWS CLI", async () => {
    const created = (await aws(
      server.url,
      [
        ...["lambda", "create-function", "--function-name", "cli", "--runtime", "python3.10"],
        ...["--handler", "lambda_function.lambda_handler", "--timeout", "15", "--role", ROLE],
        ...["--zip-file", "fileb://function.zip"],
      ],
      folder,
    )) as { FunctionArn: string; Timeout: number };
    assert.equal(created.FunctionArn, "arn:aws:lambda:us-east-1:000000000000:function:cli");
    assert.equal(created.Timeout, 15);
    await aws(server.url, ["lambda", "wait", "function-active-v2", "--function-name", "cli"], folder);
    const listed = (await aws(server.url, ["lambda", "list-functions"], folder)) as {
      Functions: { FunctionName: string }[];
    };
    assert.ok(listed.Functions.some((found) => found.FunctionName === "cli"));
    const concurrency = ["--function-name", "cli", "--reserved-concurrent-executions", "2"];
    assert.deepEqual(await aws(server.url, ["lambda", "put-function-concurrency", ...concurrency], folder), {
      ReservedConcurrentExecutions: 2,
    });
    const event = path.join(folder, "event.json");
    await writeFile(event, '{"seconds": 0}');
    const invoked = await aws(
      server.url,
      ["lambda", "invoke", "--function-name", "cli", "--payload", `fileb://${event}`, "out.json"],
      folder,
    );
    assert.deepEqual(invoked, { StatusCode: 200, ExecutedVersion: "$LATEST" });
    const filtered = (await aws(
      server.url,
      ["logs", "filter-log-events", "--log-group-name", "/aws/lambda/cli", "--filter-pattern", "working"],
      folder,
    )) as { events: { message: string }[] };
    assert.deepEqual(
      filtered.events.map((found) => found.message),
      ["working on {'seconds': 0}\n"],
    );
  });

  it("shows the log with `aws logs tail`", async (t) => {
    // The first version of the CLI has no such command; Debian packages the second.
    const program = "/usr/bin/aws";
    const version = await runProgram(server.url, program, ["--version"], folder).catch(() => undefined);
    if (!version?.stdout.startsWith("aws-cli/2")) {
      t.skip("the AWS CLI version 2 is not at /usr/bin/aws");
      return;
    }
    const client = lambdaClient(server.url);
    await createSleeper(client, "tailed");
    await invoke(client, "tailed", { seconds: 0 });
    // Debian's is older than the variable AWS_ENDPOINT_URL.
    const args = ["--endpoint-url", server.url, "logs", "tail", "/aws/lambda/tailed"];
    const tail = await runProgram(server.url, program, args, folder);
    assert.equal(tail.code, 0, tail.stderr);
    assert.match(tail.stdout, /working on \{'seconds': 0\}/);
    assert.match(tail.stdout, /REPORT RequestId/);
  });

  it("runs with the SDK for JavaScript, whose own retries get every call through", async () => {
    const client = lambdaClient(server.url);
    await createSleeper(client, "sdk");
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: "sdk" });
    const listed = await client.send(new ListFunctionsCommand({}));
    assert.ok(listed.Functions?.some((found) => found.FunctionName === "sdk"));
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "sdk", ReservedConcurrentExecutions: 2 }),
    );
    const calls = Array.from({ length: 10 }, () =>
      invoke(client, "sdk", { seconds: 2 }).then(
        () => undefined,
        async (error: unknown): Promise<Refusal> => refusalOf(Promise.reject(error)),
      ),
    );
    const refusals = (await Promise.all(calls)).filter((refusal) => refusal !== undefined);
    assert.equal(refusals.length, 8);
    for (const refusal of refusals) {
      assert.equal(refusal.name, "TooManyRequestsException");
      assert.equal(refusal.status, 429);
      assert.equal(refusal.members["Reason"], "ReservedFunctionConcurrentInvocationLimitExceeded");
    }
    const patient = lambdaClient(server.url, { maxAttempts: 20 });
    const retried = await Promise.all([0, 1, 2, 3].map(() => invoke(patient, "sdk", { seconds: 0.3 })));
    assert.deepEqual(
      retried.map((result) => result.status),
      [200, 200, 200, 200],
    );
  });

  it("leaves no environment behind when the server stops", async () => {
    const own = await startTestServer();
    const client = lambdaClient(own.url);
    await createSleeper(client, "left");
    await invoke(client, "left", { seconds: 0 });
    const health = (await (await fetch(`${own.url}/_lambkin/health`)).json()) as {
      environments: { alive: number };
    };
    assert.equal(health.environments.alive, 1);
    await own.stop();
    await waitFor("the port to close", async () =>
      fetch(own.url).then(
        () => undefined,
        () => true,
      ),
    );
  });
});

async function createSleeper(client: ReturnType<typeof lambdaClient>, name: string): Promise<void> {
  await client.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: "python3.10",
      Handler: "lambda_function.lambda_handler",
      Role: ROLE,
      Timeout: 15,
      Code: { ZipFile: pythonZip(SLEEPER) },
    }),
  );
}
