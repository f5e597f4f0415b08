/** What callers of Invoke meet: answers, failures, logs, and environments that are reused or replaced. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  // biome-ignore lint/suspicious/noDeprecatedImports: AWS deprecated it long ago and still answers it.
  InvokeAsyncCommand,
  InvokeCommand,
  type LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const MANY_FACED = `
import logging, os, subprocess, sys, threading, time

calls = 0

def lambda_handler(event, context):
    global calls
    calls += 1
    act = event.get("act") if isinstance(event, dict) else None
    if act == "raise":
        raise ValueError("no good")
    if act == "sleep":
        time.sleep(event["seconds"])
    if act == "exit":
        os._exit(event["status"])
    if act == "kill":
        os.kill(os.getpid(), 9)
    if act == "segfault":
        os.kill(os.getpid(), 11)
    if act == "print":
        for i in range(event["lines"]):
            print("x" * event["width"])
    if act == "large":
        return "y" * event["bytes"]
    if act == "hoard":
        hoard = []
        while True:
            hoard.append(bytearray(16 * 1024 * 1024))
    if act == "context":
        client = context.client_context
        return {
            "request": context.aws_request_id, "arn": context.invoked_function_arn,
            "name": context.function_name, "version": context.function_version,
            "memory": context.memory_limit_in_mb, "group": context.log_group_name,
            "stream": context.log_stream_name, "remaining": context.get_remaining_time_in_millis(),
            "custom": client and client.custom, "app": client and client.client.app_title,
            "identity": context.identity.cognito_identity_id, "trace": os.environ.get("_X_AMZN_TRACE_ID"),
        }
    if act == "log":
        print("printed")
        logging.getLogger().warning("warned\\nin two lines")
        sys.stderr.write("on stderr\\n")
        subprocess.run(["echo", "by a child"])
        print("without an end", end="")
    return {"calls": calls, "event": event}
`;

describe("invoke", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "faces", pythonZip(MANY_FACED), { Timeout: 10 });
  });
  after(() => server.stop());

  it("keeps an environment warm: module globals survive to the next call", async () => {
    const first = await invoke(client, "faces");
    const second = await invoke(client, "faces");
    const [a, b] = [first.payload, second.payload] as { calls: number }[];
    assert.equal((b?.calls ?? 0) - (a?.calls ?? 0), 1);
    assert.equal(second.version, "$LATEST");
    assert.doesNotMatch(second.log, /Init Duration/);
  });

  it("delivers any JSON value, and an empty object where nothing was sent", async () => {
    for (const event of [{ a: ["ü", "\u2028", 1.5, null] }, [1, 2], "text", 17, true, null]) {
      const { payload } = await invoke(client, "faces", event);
      assert.deepEqual((payload as { event: unknown }).event, event);
    }
    const answer = await client.send(new InvokeCommand({ FunctionName: "faces" }));
    assert.deepEqual(JSON.parse(new TextDecoder().decode(answer.Payload)).event, {});
  });

  it("answers a handler's exception with its payload, 200 and the function-error header", async () => {
    const { status, functionError, payload, log, requestId } = await invoke(client, "faces", {
      act: "raise",
    });
    assert.equal(status, 200);
    assert.equal(functionError, "Unhandled");
    const { stackTrace, ...rest } = payload as { stackTrace: string[] };
    assert.deepEqual(rest, { errorMessage: "no good", errorType: "ValueError", requestId });
    assert.match(stackTrace[0] ?? "", /^ {2}File "[^"]*lambda_function\.py", line \d+, in lambda_handler\n/);
    assert.match(log, /\[ERROR\] ValueError: no good\rTraceback \(most recent call last\):\r/);
  });

  it("ends a call that takes too long, and only that call", async () => {
    await createFunction(client, "slow", pythonZip(MANY_FACED), { Timeout: 1 });
    const { functionError, payload, log, requestId } = await invoke(client, "slow", {
      act: "sleep",
      seconds: 30,
    });
    assert.equal(functionError, "Unhandled");
    assert.deepEqual(payload, {
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${requestId} Error: Task timed out after 1.00 seconds`,
    });
    assert.match(log, new RegExp(`${requestId} Task timed out after 1\\.00 seconds\n\n`));
    assert.match(log, /Duration: 1000\.00 ms\t.*Status: timeout\t\n$/);
    assert.deepEqual((await invoke(client, "slow")).payload, { calls: 1, event: {} });
  });

  for (const [act, reason] of [
    [{ act: "exit", status: 3 }, "Runtime exited with error: exit status 3"],
    [{ act: "exit", status: 0 }, "Runtime exited without providing a reason"],
    [{ act: "kill" }, "Runtime exited with error: signal: killed"],
    [{ act: "segfault" }, "Runtime exited with error: signal: segmentation fault"],
  ] as const) {
    it(`reports a runtime that ends: ${reason}`, async () => {
      const { functionError, payload, log, requestId } = await invoke(client, "faces", act);
      assert.equal(functionError, "Unhandled");
      assert.deepEqual(payload, {
        errorType: "Runtime.ExitError",
        errorMessage: `RequestId: ${requestId} Error: ${reason}`,
      });
      assert.match(log, /\tStatus: error\tError Type: Runtime\.ExitError\t\n$/);
      assert.equal((await invoke(client, "faces")).functionError, undefined);
    });
  }

  it("ends a function that takes more memory than it has, where the machine can limit it", async (t) => {
    const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as { weaknesses: string[] };
    const unlimited = health.weaknesses.find((weakness) => weakness.startsWith("memory limits"));
    if (unlimited !== undefined) {
      t.skip(unlimited);
      return;
    }
    const { payload, log } = await invoke(client, "faces", { act: "hoard" });
    assert.match((payload as { errorMessage: string }).errorMessage, /signal: killed$/);
    assert.match(log, /Max Memory Used: 128 MB/);
  });

  it("refuses a response over 6 MB and goes on with the same environment", async () => {
    const before = (await invoke(client, "faces")).payload as { calls: number };
    const large = await invoke(client, "faces", { act: "large", bytes: 6 * 1024 * 1024 + 200 });
    assert.deepEqual(large.payload, {
      errorMessage: "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
      errorType: "Function.ResponseSizeTooLarge",
    });
    const huge = await invoke(client, "faces", { act: "large", bytes: 30 * 1024 * 1024 });
    assert.equal(huge.functionError, "Unhandled");
    const fits = await invoke(client, "faces", { act: "large", bytes: 6 * 1024 * 1024 });
    assert.equal((fits.payload as string).length, 6 * 1024 * 1024);
    const after = (await invoke(client, "faces")).payload as { calls: number };
    assert.equal(after.calls, before.calls + 4);
  });

  it("takes megabytes of output, returns the last 4 KB, and answers all the same", async () => {
    // One of its own: what the large responses left in memory is too near the limit under gVisor, whose kernel counts, too.
    await createFunction(client, "printer", pythonZip(MANY_FACED), { Timeout: 10 });
    const { payload, log } = await invoke(client, "printer", { act: "print", lines: 30_000, width: 200 });
    assert.ok((payload as { calls: number }).calls > 0, JSON.stringify({ payload, log }).slice(0, 2000));
    assert.equal(Buffer.byteLength(log), 4096);
    assert.match(log, /REPORT RequestId/);
  });

  it("fills the context with what the caller sent and what the platform knows", async () => {
    const { payload, requestId } = await invoke(
      client,
      "faces",
      { act: "context" },
      {
        Qualifier: "$LATEST",
        ClientContext: Buffer.from(
          JSON.stringify({ custom: { k: "v ü" }, client: { app_title: "app" }, env: {} }),
        ).toString("base64"),
      },
    );
    const { remaining, stream, trace, ...rest } = payload as Record<"stream" | "trace", string> & {
      remaining: number;
    };
    assert.match(
      trace,
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/,
    );
    assert.ok(remaining > 5000 && remaining <= 10_000);
    assert.match(stream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.deepEqual(rest, {
      request: requestId,
      arn: "arn:aws:lambda:us-east-1:000000000000:function:faces:$LATEST",
      name: "faces",
      version: "$LATEST",
      memory: "128",
      group: "/aws/lambda/faces",
      custom: { k: "v ü" },
      app: "app",
      identity: null,
    });
    const bad = await refusalOf(invoke(client, "faces", {}, { ClientContext: "bm90IGpzb24=" }));
    assert.equal(bad.name, "InvalidRequestContentException");
    assert.equal(bad.message, "Client context must be a valid Base64-encoded JSON object.");
  });

  it("writes what is printed, logged and said by children in its order, each an event", async () => {
    await createFunction(client, "talks", pythonZip(MANY_FACED));
    const { requestId } = await invoke(client, "talks", { act: "log" });
    const logs = logsClient(server.url);
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: "/aws/lambda/talks" }),
    );
    const messages = events.map((event) => event.message ?? "");
    const start = messages.indexOf(`START RequestId: ${requestId} Version: $LATEST\n`);
    const end = messages.indexOf(`END RequestId: ${requestId}\n`);
    assert.ok(start >= 0 && end > start);
    const between = messages.slice(start + 1, end);
    assert.equal(between[0], "printed\n");
    assert.match(between[1] ?? "", /^\[WARNING\]\t\d{4}-[^\t]+Z\t[0-9a-f-]{36}\twarned\nin two lines\n$/);
    assert.deepEqual(between.slice(2), ["on stderr\n", "by a child\n", "without an end"]);
  });

  it("only checks on DryRun", async () => {
    const dry = await client.send(new InvokeCommand({ FunctionName: "faces", InvocationType: "DryRun" }));
    assert.equal(dry.StatusCode, 204);
    assert.equal(dry.ExecutedVersion, undefined);
  });

  it("accepts an event with 202 and runs it afterwards", async () => {
    await createFunction(client, "later", pythonZip("def lambda_handler(e, c):\n    print('ran', e['n'])"));
    const accepted = await client.send(
      new InvokeCommand({ FunctionName: "later", InvocationType: "Event", Payload: '{"n": 7}' }),
    );
    assert.equal(accepted.StatusCode, 202);
    assert.equal(accepted.Payload?.length ?? 0, 0);
    const logs = logsClient(server.url);
    await waitFor("the event to run", async () => {
      const page = await logs
        .send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/later", filterPattern: '"ran 7"' }))
        .catch(() => undefined);
      return page?.events?.[0];
    });
  });

  it("takes InvokeAsync of old clients, too", async () => {
    await createFunction(client, "old", pythonZip("def lambda_handler(e, c):\n    print('ran', e['n'])"));
    const accepted = await client.send(
      new InvokeAsyncCommand({ FunctionName: "old", InvokeArgs: '{"n": 8}' }),
    );
    assert.deepEqual([accepted.$metadata.httpStatusCode, accepted.Status], [202, 202]);
    const logs = logsClient(server.url);
    await waitFor("the event to run", async () => {
      const page = await logs
        .send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/old", filterPattern: '"ran 8"' }))
        .catch(() => undefined);
      return page?.events?.[0];
    });
  });

  it("tells a missing function with its $LATEST ARN", async () => {
    const refusal = await refusalOf(invoke(client, "nobody"));
    assert.equal(refusal.status, 404);
    assert.equal(
      refusal.message,
      "Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:$LATEST",
    );
  });

  it("starts over when the settings change, while a call in flight ends on the old ones", async () => {
    await createFunction(client, "change", pythonZip(MANY_FACED), { Timeout: 10 });
    const slow = invoke(client, "change", { act: "sleep", seconds: 1 });
    await waitFor("the call to be running", async () => {
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number; idle: number };
      };
      return health.environments.alive > health.environments.idle ? true : undefined;
    });
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "change", MemorySize: 256 }));
    const { log } = await invoke(client, "change");
    assert.match(log, /Memory Size: 256 MB/);
    assert.match((await slow).log, /Memory Size: 128 MB/);
    assert.match((await invoke(client, "change")).log, /Memory Size: 256 MB/);
  });

  it("reports measured memory and durations, and bills the init", async () => {
    await createFunction(
      client,
      "report",
      pythonZip("hold = bytearray(40 * 1024 * 1024)\ndef lambda_handler(e, c): pass"),
    );
    const { log } = await invoke(client, "report");
    const match =
      /Duration: ([\d.]+) ms\tBilled Duration: (\d+) ms\tMemory Size: 128 MB\tMax Memory Used: (\d+) MB\tInit Duration: ([\d.]+) ms\t\n$/.exec(
        log,
      );
    assert.ok(match, log);
    const [duration = 0, billed = 0, used = 0, init = 0] = match.slice(1).map(Number);
    assert.equal(billed, Math.ceil(Number((duration + init).toFixed(2))), log);
    assert.ok(used > 40 && used < 128, log);
  });
});
