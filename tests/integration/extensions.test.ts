/** Extensions: external ones beside the runtime and internal ones inside it, with everything that can happen to them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { type LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { ENVIRONMENT_LIMITS } from "../../src/config/mod.ts";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { extensionLayer, inLog, logOf } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip, shellBootstrap, zip } from "../../testkit/functions.ts";
import { patientClock } from "../../testkit/hand-clock.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const HELLO = pythonZip(`
import os, sys, time
def lambda_handler(event, context):
    print("in the handler", flush=True)
    if event.get("act") == "exit": os._exit(3)
    if event.get("act") == "sleep": time.sleep(60)
    return context.log_stream_name
`);

/** Says what it gets, until it is told to shut down. */
const LISTENER = `
identifier, status, identity = register("INVOKE", "SHUTDOWN")
say("registered", status=status, identity=identity)
while True:
    event = next_event(identifier)
    say("event", **event)
    if event["eventType"] == "SHUTDOWN":
        say("leaves", left=event["deadlineMs"] - int(time.time() * 1000))
        sys.exit(0)
`;

for (const isolation of ["auto", "process"] as const) {
  describe(`extensions (${isolation})`, () => {
    let server: TestServer;
    let client: LambdaClient;
    let logs: CloudWatchLogsClient;
    before(async () => {
      server = await startTestServer({ LAMBKIN_ISOLATION: isolation });
      client = lambdaClient(server.url);
      logs = logsClient(server.url);
    });
    after(() => server.stop());

    /** The environment of it ends, as after any change of settings. */
    async function retire(FunctionName: string): Promise<void> {
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: "changed" }));
    }

    it("are started before the runtime, hear of every invocation and of the end", async () => {
      const layer = await extensionLayer(client, "listener", { listener: LISTENER });
      await createFunction(client, "heard", HELLO, { Layers: [layer] });
      const first = await invoke(client, "heard");
      const second = await invoke(client, "heard");
      assert.equal(first.payload, second.payload);
      await retire("heard");
      await inLog(logs, "heard", /listener leaves/);
      const log = await logOf(logs, "heard");
      assert.match(
        log,
        /listener registered \{"identity": \{"functionName": "heard", "functionVersion": "\$LATEST", "handler": "lambda_function.lambda_handler"\}, "status": 200\}/,
      );
      assert.match(log, /EXTENSION\tName: listener\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]\n/);
      for (const { requestId } of [first, second]) {
        const told = new RegExp(
          `listener event \\{"deadlineMs": \\d+, "eventType": "INVOKE", "invokedFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:heard", "requestId": "${requestId}", "tracing": \\{"type": "X-Amzn-Trace-Id", "value": `,
        );
        assert.match(log, told);
      }
      assert.match(log, /"eventType": "SHUTDOWN", "shutdownReason": "spindown"/);
      const left = Number(/listener leaves \{"left": (\d+)/.exec(log)?.[1]);
      assert.ok(left > 0 && left <= 2000, `${left} ms were left`);
    });

    it("may work on after the answer; the environment waits for them, and the report counts them", async () => {
      const slow = `
identifier, _, _ = register("INVOKE")
while True:
    next_event(identifier)
    time.sleep(0.4)
    say("done")
`;
      const layer = await extensionLayer(client, "slow", { slow });
      await createFunction(client, "slowed", HELLO, { Layers: [layer] });
      const { payload } = await invoke(client, "slowed", {}, { LogType: "None" });
      assert.doesNotMatch(await logOf(logs, "slowed"), /slow done/);
      // One environment: the second call has to wait for the extension, or start another.
      const again = await invoke(client, "slowed");
      assert.notEqual(again.payload, payload);
      const report = /\tDuration: ([\d.]+) ms/.exec(again.log);
      assert.ok(Number(report?.[1]) >= 400, again.log);
      assert.match(again.log, /slow done .*\n(.*\n)*END RequestId/);
    });

    it("count on the function's time: whoever is still busy then ends the environment", async () => {
      const endless = `
identifier, _, _ = register("INVOKE")
next_event(identifier)
time.sleep(60)
`;
      const layer = await extensionLayer(client, "endless", { endless });
      await createFunction(client, "outlasted", HELLO, { Layers: [layer], Timeout: 1 });
      const { functionError, log } = await invoke(client, "outlasted");
      // The function had answered by then.
      assert.equal(functionError, undefined);
      assert.match(log, /Task timed out after 1\.00 seconds/);
      assert.match(log, /REPORT .*Duration: 1000\.00 ms.*Status: timeout/);
    });

    it("are told why an environment ends: time is up, or the runtime has failed", async () => {
      const layer = await extensionLayer(client, "told", { told: LISTENER });
      await createFunction(client, "broken", HELLO, { Layers: [layer], Timeout: 4 });
      const exit = await invoke(client, "broken", { act: "exit" });
      assert.match((exit.payload as { errorMessage: string }).errorMessage, /exit status 3$/);
      await inLog(logs, "broken", /"eventType": "SHUTDOWN", "shutdownReason": "failure"/);
      const late = await invoke(client, "broken", { act: "sleep" });
      assert.equal((late.payload as { errorType: string }).errorType, "Sandbox.Timedout");
      await inLog(logs, "broken", /"eventType": "SHUTDOWN", "shutdownReason": "timeout"/);
      assert.equal((await invoke(client, "broken")).functionError, undefined);
    });

    const failures = [
      { name: "crashes-early", source: "sys.exit(1)", errorType: "Extension.Crash", reason: "exit status 1" },
      {
        name: "fails-to-init",
        source: `
identifier, _, _ = register("INVOKE")
fail(identifier, "init", "My.Reason")
time.sleep(60)`,
        errorType: "Extension.InitError",
        reason: "My.Reason",
      },
      {
        name: "fails-and-exits",
        source: `
identifier, _, _ = register("INVOKE")
fail(identifier, "exit", "My.Reason")
sys.exit(0)`,
        errorType: "Extension.ExitError",
        reason: "My.Reason",
      },
    ];
    for (const { name, source, errorType, reason } of failures) {
      it(`an extension that ${name.replaceAll("-", " ")} fails the init and the invocation`, async () => {
        const layer = await extensionLayer(client, name, { [name]: source });
        await createFunction(client, name, HELLO, { Layers: [layer] });
        const failed = await invoke(client, name);
        assert.equal(failed.functionError, "Unhandled");
        const errorMessage = `RequestId: ${failed.requestId} Error: ${reason}`;
        assert.deepEqual(failed.payload, { errorType, errorMessage });
        const log = await logOf(logs, name);
        assert.match(
          log,
          new RegExp(`INIT_REPORT .*Phase: init\\tStatus: error\\tError Type: ${errorType}\\n`),
        );
        assert.doesNotMatch(log, /in the handler/);
      });
    }

    it("a program without the right to be executed is a launch error", async () => {
      const layer = await extensionLayer(client, "sealed", { sealed: LISTENER }, []);
      await createFunction(client, "sealed", HELLO, { Layers: [layer] });
      const { payload } = await invoke(client, "sealed");
      assert.equal((payload as { errorType: string }).errorType, "Extension.LaunchError");
      const line =
        /EXTENSION\tName: sealed\tState: LaunchError\tEvents: \[\]\tError Type: PermissionDenied\n/;
      assert.match(await logOf(logs, "sealed"), line);
    });

    it("one that crashes during an invocation fails it, and the next gets a new environment", async () => {
      const fragile = `
identifier, _, _ = register("INVOKE")
next_event(identifier)
sys.exit(7)
`;
      const layer = await extensionLayer(client, "fragile", { fragile });
      await createFunction(client, "fragile", HELLO, { Layers: [layer] });
      const { payload } = await invoke(client, "fragile", { act: "sleep" });
      assert.equal((payload as { errorType: string }).errorType, "Extension.Crash");
      assert.match((payload as { errorMessage: string }).errorMessage, /Error: exit status 7$/);
    });

    it("do not see what is the runtime's own, and do not hold its socket", async () => {
      const curious = `
identifier, _, _ = register()
say("sees", names=sorted(os.environ), cwd=os.getcwd(), sockets=[fd for fd in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + fd) and "socket" in os.readlink("/proc/self/fd/" + fd)])
next_event(identifier)
`;
      const layer = await extensionLayer(client, "curious", { curious });
      const Environment = { Variables: { MINE: "1" } };
      await createFunction(client, "watched", HELLO, { Layers: [layer], Environment });
      assert.equal((await invoke(client, "watched")).functionError, undefined);
      const [, text = ""] = await inLog(logs, "watched", /curious sees (.*)\n/);
      const seen = JSON.parse(text) as { names: string[]; cwd: string; sockets: string[] };
      for (const name of ["AWS_EXECUTION_ENV", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "_HANDLER"]) {
        assert.ok(!seen.names.includes(name), name);
      }
      for (const name of ["MINE", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_RUNTIME_API"]) {
        assert.ok(seen.names.includes(name), name);
      }
      assert.equal(seen.cwd, "/");
      // Its own output, which is a socket's end.
      assert.deepEqual(seen.sockets, ["1", "2"]);
    });

    it("work beside a custom runtime, too", async () => {
      const layer = await extensionLayer(client, "beside", { beside: LISTENER });
      const bootstrap = shellBootstrap('\\"done\\"');
      await createFunction(client, "custom", zip({ bootstrap }, ["bootstrap"]), {
        Runtime: "provided.al2023",
        Layers: [layer],
      });
      assert.equal((await invoke(client, "custom")).payload, "done");
      assert.equal((await invoke(client, "custom")).payload, "done");
      await retire("custom");
      await inLog(logs, "custom", /"shutdownReason": "spindown"/);
    });

    it("inside the runtime's process give it time to end, with a signal", async () => {
      const internal = pythonZip(`
import http.client, json, os, signal, sys, threading
api = os.environ["AWS_LAMBDA_RUNTIME_API"]
def call(method, path, headers, body=None):
    connection = http.client.HTTPConnection(api)
    connection.request(method, path, body=body, headers=headers)
    response = connection.getresponse()
    return response.status, response.getheader("Lambda-Extension-Identifier"), response.read().decode()
def register(name, *events):
    return call("POST", "/2020-01-01/extension/register", {"Lambda-Extension-Name": name}, json.dumps({"events": events}))
print("refused", register("inside", "SHUTDOWN"), register("", "INVOKE"), register("inside", "NONE"))
status, identifier, _ = register("inside", "INVOKE")
print("twice", register("inside", "INVOKE"))
def listen():
    while True:
        status, _, event = call("GET", "/2020-01-01/extension/event/next", {"Lambda-Extension-Identifier": identifier})
        print("inside", event, flush=True)
threading.Thread(target=listen, daemon=True).start()
def leave(*_):
    print("got the signal", flush=True)
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
def lambda_handler(event, context):
    print("closed", register("late", "INVOKE"))
    print("unknown", call("GET", "/2020-01-01/extension/event/next", {"Lambda-Extension-Identifier": "00000000-0000-0000-0000-000000000000"}))
    print("missing", call("GET", "/2020-01-01/extension/event/next", {}))
    print("invalid", call("GET", "/2020-01-01/extension/event/next", {"Lambda-Extension-Identifier": "me"}))
    return status
`);
      // How much time is another test's matter (shut-down.test.ts): here it ends when it has ended.
      const patient = await startTestServer(
        { LAMBKIN_ISOLATION: isolation },
        patientClock(ENVIRONMENT_LIMITS.shutdownInternalMs),
      );
      let log: string;
      try {
        const own = lambdaClient(patient.url);
        await createFunction(own, "inside", internal);
        assert.equal((await invoke(own, "inside")).payload, 200);
        await own.send(
          new UpdateFunctionConfigurationCommand({ FunctionName: "inside", Description: "changed" }),
        );
        await inLog(logsClient(patient.url), "inside", /got the signal/);
        log = await logOf(logsClient(patient.url), "inside");
      } finally {
        await patient.stop();
      }
      for (const kind of [
        /refused .*SHUTDOWN: .*Extension\.InvalidEventType.*Extension\.InvalidExtensionName.*Extension\.InvalidEventType/,
        /twice .*Extension with this name already registered.*Extension\.InvalidExtensionState/,
        /inside \{"eventType":"INVOKE"/,
        /closed .*Extension registration closed already.*Extension\.RegistrationClosed/,
        /unknown .*Extension\.UnknownExtensionIdentifier/,
        /missing .*Extension\.MissingExtensionIdentifier/,
        /invalid .*Extension\.InvalidExtensionIdentifier/,
      ]) {
        assert.match(log, kind);
      }
    });
  });
}
