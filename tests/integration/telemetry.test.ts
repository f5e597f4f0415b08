/** The Telemetry API and the Logs API: what subscribers get, over HTTP and TCP, and what subscriptions are refused. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { type LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { extensionLayer, inLog, logOf } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Listens on port 8080 and repeats, as lines of its own, what it is sent. */
const COLLECTOR = `
import http.server, socketserver
class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        events = json.loads(self.rfile.read(int(self.headers["content-length"])))
        for event in events:
            if event["type"] != "extension": say("got", **event)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_): pass
class Lines(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            event = json.loads(line)
            if event["type"] != "extension": say("got", **event)
def listen(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
identifier, _, _ = register("INVOKE", "SHUTDOWN")
def subscribe(path, body, as_id=identifier):
    return call("PUT", path, {"Lambda-Extension-Identifier": as_id}, body)
def serve():
    while True:
        event = next_event(identifier)
        # What came of the invocation is worth waiting for.
        time.sleep(0.2)
        if event["eventType"] == "SHUTDOWN": time.sleep(0.3); sys.exit(0)
`;

const OVER_HTTP = `${COLLECTOR}
listen(http.server.ThreadingHTTPServer(("sandbox.localdomain", 8080), Collector))
say("subscribed", answer=subscribe("/2022-07-01/telemetry", {"schemaVersion": "2022-12-13",
    "types": ["platform", "function", "extension"], "buffering": {"timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:8080/events"}})[::2])
serve()
`;

const OVER_TCP = `${COLLECTOR}
listen(socketserver.ThreadingTCPServer(("0.0.0.0", 8081), Lines))
say("subscribed", answer=subscribe("/2022-07-01/telemetry", {"schemaVersion": "2022-07-01",
    "types": ["function"], "buffering": {"timeoutMs": 25}, "destination": {"protocol": "TCP", "port": 8081}})[::2])
serve()
`;

const OLD_LOGS = `${COLLECTOR}
listen(http.server.ThreadingHTTPServer(("0.0.0.0", 8082), Collector))
say("subscribed", answer=subscribe("/2020-08-15/logs", {"schemaVersion": "2021-03-18",
    "types": ["platform", "function"], "buffering": {"timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": "http://sandbox:8082"}})[::2])
say("other", answer=subscribe("/2022-07-01/telemetry", {"schemaVersion": "2022-07-01", "types": ["function"],
    "destination": {"protocol": "TCP", "port": 8083}})[::2])
serve()
`;

const REFUSED = `${COLLECTOR}
good = {"schemaVersion": "2022-07-01", "types": ["function"], "destination": {"protocol": "TCP", "port": 8080}}
over_http = lambda uri: {"protocol": "HTTP", "URI": uri}
for label, change in [
    ("empty", {"types": []}), ("type", {"types": ["all"]}), ("version", {"schemaVersion": "1999-01-01"}),
    ("items", {"buffering": {"maxItems": 1}}), ("time", {"buffering": {"timeoutMs": 100000}}),
    ("protocol", {"destination": {"protocol": "UDP"}}), ("port", {"destination": over_http("http://sandbox.localdomain/")}),
    ("elsewhere", {"destination": over_http("http://169.254.169.254:80/")}), ("tcp", {"destination": {"protocol": "TCP"}}),
]:
    say("refused " + label, answer=subscribe("/2022-07-01/telemetry", {**good, **change})[::2])
say("refused nobody", answer=subscribe("/2022-07-01/telemetry", good, "00000000-0000-0000-0000-000000000000")[::2])
next_event(identifier)
say("refused late", answer=subscribe("/2022-07-01/telemetry", good)[::2])
serve()
`;

/** Subscribes when the runtime is ready, which it knows by nobody being registered any more. */
const SLOW = `${COLLECTOR}
inner, _, _ = register("INVOKE", name="inner")
while register("INVOKE", name="inner")[2]["errorType"] != "Extension.RegistrationClosed": time.sleep(0.005)
say("slow", answer=subscribe("/2022-07-01/telemetry", {"schemaVersion": "2022-07-01", "types": ["function"],
    "destination": {"protocol": "TCP", "port": 8084}})[::2])
threading.Thread(target=lambda: [next_event(inner) for _ in range(9)], daemon=True).start()
serve()
`;

const FUNCTION = pythonZip(`
def lambda_handler(event, context):
    print(event.get("say", "hello"))
    if event.get("act") == "fail": raise ValueError("as asked")
    return "done"
`);

interface Got {
  readonly type: string;
  readonly time: string;
  readonly record: Record<string, unknown> | string;
}

describe("telemetry", () => {
  let server: TestServer;
  let client: LambdaClient;
  let logs: CloudWatchLogsClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    logs = logsClient(server.url);
  });
  after(() => server.stop());

  async function got(name: string, extension: string): Promise<Got[]> {
    const pattern = new RegExp(`^${extension} got (.*)$`, "gm");
    return [...(await logOf(logs, name)).matchAll(pattern)].map((match) => JSON.parse(match[1] ?? "") as Got);
  }

  /** Waits until an event of the type has come; answers all so far. */
  function gotType(name: string, extension: string, type: string): Promise<Got[]> {
    return waitFor(`${type} for ${extension}`, async () => {
      const events = await got(name, extension);
      return events.some((event) => event.type === type) ? events : undefined;
    });
  }

  it("goes over HTTP, from the first event of the init to the last report", async () => {
    const layer = await extensionLayer(client, "http", { collector: OVER_HTTP });
    await createFunction(client, "measured", FUNCTION, { Layers: [layer] });
    const { requestId } = await invoke(client, "measured");
    const failed = await invoke(client, "measured", { act: "fail" });
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "measured", Description: "changed" }),
    );
    const events = await waitFor("both reports", async () => {
      const all = await got("measured", "collector");
      return all.filter(({ type }) => type === "platform.report").length === 2 ? all : undefined;
    });
    const log = await logOf(logs, "measured");
    assert.match(log, /collector subscribed \{"answer": \[200, "OK"\]\}/);
    assert.match(
      log,
      /TELEMETRY\tName: collector\tState: Subscribed\tTypes: \[Platform, Function, Extension\]\n/,
    );
    assert.deepEqual(
      events.filter(({ type }) => type !== "function").map(({ type }) => type),
      [
        "platform.initStart",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        "platform.extension",
        "platform.initReport",
        ...["platform.start", "platform.runtimeDone", "platform.report"],
        ...["platform.start", "platform.runtimeDone", "platform.report"],
      ],
    );
    const of = (type: string): Got[] => events.filter((event) => event.type === type);
    assert.deepEqual(of("platform.extension")[0]?.record, {
      name: "collector",
      state: "Ready",
      events: ["INVOKE", "SHUTDOWN"],
    });
    assert.deepEqual(of("platform.start")[0]?.record, { requestId, version: "$LATEST" });
    const [done, failedDone] = of("platform.runtimeDone").map(
      ({ record }) => record as Record<string, unknown>,
    );
    assert.deepEqual([done?.["requestId"], done?.["status"]], [requestId, "success"]);
    assert.deepEqual([failedDone?.["requestId"], failedDone?.["status"]], [failed.requestId, "error"]);
    const report = of("platform.report")[0]?.record as { metrics: Record<string, number> };
    assert.ok((report.metrics["durationMs"] ?? 0) >= 200, "the extension's time counts");
    assert.equal(report.metrics["memorySizeMB"], 128);
    assert.equal(of("function")[0]?.record, "hello");
    assert.match(of("function")[0]?.time ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("goes over TCP, a line an event; lines of JSON are objects where the log's format is JSON", async () => {
    const layer = await extensionLayer(client, "tcp", { lines: OVER_TCP });
    await createFunction(client, "lined", FUNCTION, { Layers: [layer] });
    await invoke(client, "lined", { say: '{"a":1}' });
    const texts = await gotType("lined", "lines", "function");
    assert.deepEqual(
      texts.map(({ record }) => record),
      ['{"a":1}'],
    );
    const LoggingConfig = { LogFormat: "JSON" } as const;
    await createFunction(client, "objects", FUNCTION, { Layers: [layer], LoggingConfig });
    await invoke(client, "objects", { say: '{"a":1}' });
    const objects = await gotType("objects", "lines", "function");
    assert.deepEqual(
      objects.map(({ record }) => record),
      [{ a: 1 }],
    );
  });

  it("speaks the words of the Logs API to those who ask there, and only those", async () => {
    const layer = await extensionLayer(client, "old", { old: OLD_LOGS });
    await createFunction(client, "logged", FUNCTION, { Layers: [layer] });
    const { requestId } = await invoke(client, "logged");
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: "logged", Description: "changed" }),
    );
    const events = await gotType("logged", "old", "platform.report");
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        "platform.logsSubscription",
        "platform.extension",
        "platform.start",
        "function",
        "platform.runtimeDone",
        "platform.end",
        "platform.report",
      ],
    );
    const end = events.find(({ type }) => type === "platform.end");
    assert.deepEqual(end?.record, { requestId });
    const log = await logOf(logs, "logged");
    assert.match(log, /old other \{"answer": \[400, \{.*"ValidationError"/);
    assert.match(log, /LOGS\tName: old\tState: Subscribed\tTypes: \[Platform, Function\]\n/);
  });

  it("takes subscriptions until the init phase is over, though the runtime was ready before", async () => {
    const layer = await extensionLayer(client, "slow", { slow: SLOW });
    await createFunction(client, "slow", FUNCTION, { Layers: [layer] });
    await invoke(client, "slow");
    await inLog(logs, "slow", /slow slow \{"answer": \[200, "OK"\]\}/);
  });

  it("refuses what is no subscription, and whoever comes too late", async () => {
    const layer = await extensionLayer(client, "refused", { sly: REFUSED });
    await createFunction(client, "refused", FUNCTION, { Layers: [layer] });
    // Twice: in gVisor what an extension prints last may wait, frozen, for the next call.
    for (const _round of [1, 2]) await invoke(client, "refused");
    await inLog(logs, "refused", /sly refused late/);
    const log = await logOf(logs, "refused");
    for (const [label, text] of [
      ["empty", "types should not be empty"],
      ["type", "types should be of platform, function, extension"],
      ["version", "schemaVersion should be one of"],
      ["items", "maxItems should be a number from 1000 to 10000"],
      ["time", "timeoutMs should be a number from 25 to 30000"],
      ["protocol", "protocol should be HTTP or TCP"],
      ["port", "URI port is not provided"],
      ["elsewhere", "URI host should be sandbox.localdomain"],
      ["tcp", "port should be a number from 1 to 65535"],
    ]) {
      assert.match(log, new RegExp(`sly refused ${label} \\{"answer": \\[400, .*${text}.*"ValidationError"`));
    }
    assert.match(log, /sly refused nobody \{"answer": \[403, .*"Extension\.UnknownExtensionIdentifier"/);
    assert.match(log, /sly refused late \{"answer": \[403, .*"Telemetry\.SubscriptionClosed"/);
  });
});
