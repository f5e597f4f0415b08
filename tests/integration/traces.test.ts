/** Traces of real functions, as a collector gets them, and the trace header as functions do. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionUrlConfigCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { CreateQueueCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, logsClient, sqsClient } from "../../testkit/clients.ts";
import { extensionLayer, inLog } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { namesBySchema, otlpSchemaMissing } from "../../testkit/otlp-schema.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { type ReceivedSpan, TraceCollector } from "../../testkit/trace-collector.ts";
import { waitFor } from "../../testkit/wait.ts";

const SHOWS = pythonZip(`
import os
def lambda_handler(event, context):
    if event == "fail": raise ValueError("as asked")
    return os.environ["_X_AMZN_TRACE_ID"]
`);

/** Calls the next function as AWS's SDKs do: the trace header goes along. */
const CALLS = pythonZip(`
import json, os, urllib.request
def lambda_handler(event, context):
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + event["next"] + "/invocations", b"{}", {
            "X-Amz-Invocation-Type": event["kind"], "X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"],
            "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request, "
                "SignedHeaders=host, Signature=0"})
    urllib.request.urlopen(request).read()
`);

/** Is at work for a moment after the function is done. */
const LINGERS = `
identifier, _, _ = register("INVOKE")
while True:
    next_event(identifier)
    time.sleep(0.3)
`;

const ROOT = "1-5759e988-bd862e3fe1be46a994272793";
const CALLER = "53995c3f42cd8ad8";

describe("traces", () => {
  let server: TestServer;
  let collector: TraceCollector;
  let client: LambdaClient;
  before(async () => {
    collector = await TraceCollector.start();
    server = await startTestServer({ LAMBKIN_OTLP_ENDPOINT: collector.url });
    client = lambdaClient(server.url);
    await createFunction(client, "shows", SHOWS, { MemorySize: 256 });
    await createFunction(client, "calls", CALLS);
  });
  after(async () => {
    await server.stop();
    await collector.stop();
  });

  /** The whole invocation and its stages, when they have come. */
  async function spansOf(isIt: (span: ReceivedSpan) => boolean): Promise<{
    readonly whole: ReceivedSpan;
    readonly stages: readonly ReceivedSpan[];
  }> {
    const whole = await waitFor("the trace", () => collector.spans.find(isIt));
    const stages = collector.spans.filter(({ parentSpanId }) => parentSpanId === whole.spanId);
    return { whole, stages: stages.filter(({ kind }) => kind === 1) };
  }
  const ofRequest = (requestId: string) =>
    spansOf(({ attributes }) => attributes["faas.invocation_id"] === requestId);
  const ofFunction = (name: string, traceId?: string) =>
    spansOf((span) => span.kind !== 1 && span.name === name && (traceId ?? span.traceId) === span.traceId);
  const namesOf = (stages: readonly ReceivedSpan[]) => stages.map(({ name }) => name);

  it("show a cold and a warm call with their stages and what they are of", async () => {
    const first = await invoke(client, "shows");
    const second = await invoke(client, "shows");
    const cold = await ofRequest(first.requestId);
    const warm = await ofRequest(second.requestId);
    assert.deepEqual(namesOf(cold.stages), ["placement", "init", "invoke"]);
    assert.deepEqual(namesOf(warm.stages), ["placement", "invoke"]);
    const { attributes } = cold.whole;
    for (const [key, value] of Object.entries({
      "service.name": "lambkin",
      "cloud.account.id": "000000000000",
      "cloud.region": "us-east-1",
      "cloud.resource_id": "arn:aws:lambda:us-east-1:000000000000:function:shows",
      "faas.name": "shows",
      "faas.version": "$LATEST",
      "faas.max_memory": String(256 * 1024 * 1024),
      "faas.trigger": "other",
      "faas.coldstart": true,
      "aws.lambda.invoked_arn": "arn:aws:lambda:us-east-1:000000000000:function:shows",
    })) {
      assert.equal(attributes[key], value, key);
    }
    assert.equal(warm.whole.attributes["faas.coldstart"], false);
    assert.equal(warm.whole.attributes["faas.instance"], attributes["faas.instance"]);
    assert.equal(cold.whole.status, undefined);
    assert.notEqual(cold.whole.traceId, warm.whole.traceId);
    // One after the other, without gaps, and as long as the log says.
    let endMs = cold.whole.startMs;
    for (const stage of cold.stages) {
      assert.ok(Math.abs(stage.startMs - endMs) < 0.01, stage.name);
      endMs = stage.endMs;
    }
    assert.ok(Math.abs(cold.whole.endMs - endMs) < 0.01);
    const init = cold.stages.find(({ name }) => name === "init");
    const reported = Number(/Init Duration: ([\d.]+) ms/.exec(first.log)?.[1]);
    assert.ok(init && Math.abs(init.endMs - init.startMs - reported) < 0.02);
  });

  it("show what went wrong", async () => {
    const { requestId } = await invoke(client, "shows", "fail");
    const { whole, stages } = await ofRequest(requestId);
    assert.deepEqual(whole.status, { code: 2, message: "error: ValueError" });
    assert.equal(whole.attributes["error.type"], "ValueError");
    assert.equal(stages.find(({ name }) => name === "invoke")?.status?.code, 2);
  });

  it("go on with the caller's chain, and tell the function which span its own belong below", async () => {
    const { FunctionUrl = "" } = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: "shows", AuthType: "NONE" }),
    );
    const { host } = new URL(FunctionUrl);
    const { status, text } = await getAs(server.url, host, `Root=${ROOT};Parent=${CALLER};Sampled=1`);
    assert.equal(status, 200);
    const { whole, stages } = await ofFunction("shows", "5759e988bd862e3fe1be46a994272793");
    assert.equal(whole.parentSpanId, CALLER);
    assert.equal(whole.attributes["faas.trigger"], "http");
    const { spanId } = stages.find(({ name }) => name === "invoke") ?? {};
    assert.match(text, new RegExp(`^Root=${ROOT};Parent=${spanId};Sampled=1;`));
  });

  it("put a called function below the one that called it", async () => {
    const { requestId } = await invoke(client, "calls", { next: "shows", kind: "RequestResponse" });
    const { whole, stages } = await ofRequest(requestId);
    const called = await ofFunction("shows", whole.traceId);
    assert.equal(called.whole.parentSpanId, stages.find(({ name }) => name === "invoke")?.spanId);
    assert.ok(called.whole.startMs > whole.startMs && called.whole.endMs < whole.endMs);
  });

  it("keep events in the chain", async () => {
    const { requestId } = await invoke(client, "calls", { next: "shows", kind: "Event" });
    const { whole, stages } = await ofRequest(requestId);
    const event = await ofFunction("shows", whole.traceId);
    assert.equal(event.whole.parentSpanId, stages.find(({ name }) => name === "invoke")?.spanId);
    assert.equal(event.whole.kind, 5);
    assert.equal(event.whole.attributes["faas.trigger"], "pubsub");
  });

  it("show how long an event waited for its function", async () => {
    const source = "import time\ndef lambda_handler(event, context):\n    time.sleep(0.5)\n";
    await createFunction(client, "one", pythonZip(source));
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "one", ReservedConcurrentExecutions: 1 }),
    );
    const call = new InvokeCommand({ FunctionName: "one", InvocationType: "Event" });
    await Promise.all([client.send(call), client.send(call)]);
    const queue = await waitFor("a queue", async () => {
      const ours = collector.spans.filter(({ name, kind }) => name === "one" && kind === 5);
      return collector.spans.find(
        ({ name, parentSpanId, startMs, endMs }) =>
          name === "queue" && endMs - startMs > 400 && ours.some(({ spanId }) => spanId === parentSpanId),
      );
    });
    assert.equal(queue.kind, 1);
  });

  it("keep messages in the chain", async () => {
    const sqs = sqsClient(server.url);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "traced" }));
    await createFunction(client, "reads", SHOWS);
    const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:traced";
    await client.send(new CreateEventSourceMappingCommand({ FunctionName: "reads", EventSourceArn }));
    const StringValue = `Root=1-11111111-222222222222222222222222;Parent=${CALLER};Sampled=1`;
    const MessageSystemAttributes = { AWSTraceHeader: { DataType: "String", StringValue } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "m", MessageSystemAttributes }));
    const { whole } = await ofFunction("reads", "11111111222222222222222222222222");
    assert.equal(whole.parentSpanId, CALLER);
    assert.equal(whole.kind, 5);
  });

  it("show what extensions did after the function was done", async () => {
    const layer = await extensionLayer(client, "lingers", { lingers: LINGERS });
    await createFunction(client, "lingering", SHOWS, { Layers: [layer] });
    const { requestId } = await invoke(client, "lingering");
    const { stages } = await ofRequest(requestId);
    assert.deepEqual(namesOf(stages).slice(-2), ["invoke", "extensions"]);
    const extensions = stages.at(-1);
    assert.ok(extensions && extensions.endMs - extensions.startMs >= 250);
  });

  it("are as OpenTelemetry's schema says", async (t) => {
    const missing = otlpSchemaMissing();
    if (missing !== undefined) return t.skip(missing);
    const names = await namesBySchema(collector.bodies);
    assert.equal(names.length, collector.spans.length);
    for (const name of ["shows", "placement", "init", "invoke", "extensions"])
      assert.ok(names.includes(name));
  });

  it("are counted in the server's health", async () => {
    const answer = await fetch(`${server.url}/_lambkin/health`);
    const { traces } = (await answer.json()) as { traces: { sent: number; dropped: number } };
    assert.ok(traces.sent > 0);
    assert.equal(traces.dropped, 0);
  });

  it("are sampled as the function's tracing says, and its log names them then", async () => {
    await createFunction(client, "active", SHOWS, { TracingConfig: { Mode: "Active" } });
    const active = await invoke(client, "active");
    const [, root = "", parent = ""] =
      /^Root=([^;]+);Parent=([^;]+);Sampled=1;/.exec(String(active.payload)) ?? [];
    assert.match(root, /^1-/);
    const line = await inLog(logsClient(server.url), "active", /XRAY TraceId: .*/);
    assert.equal(line[0].trimEnd(), `XRAY TraceId: ${root}\tSegmentId: ${parent}\tSampled: true`);
    const passing = await invoke(client, "shows");
    assert.match(String(passing.payload), /;Sampled=0;/);
    assert.doesNotMatch(passing.log, /XRAY/);
  });
});

describe("a collector that does not answer", () => {
  it("holds up neither invocations nor the end of the server", async () => {
    const collector = await TraceCollector.start();
    collector.nextAnswers.push("never", "never", "never");
    const server = await startTestServer({ LAMBKIN_OTLP_ENDPOINT: collector.url });
    try {
      const client = lambdaClient(server.url);
      await createFunction(client, "hello", SHOWS);
      await invoke(client, "hello");
      await waitFor("the request", () => collector.requests[0]);
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => client.send(new InvokeCommand({ FunctionName: "hello" }))),
      );
      assert.ok(answers.every(({ FunctionError }) => FunctionError === undefined));
    } finally {
      await server.stop();
      await collector.stop();
    }
  });
});

/** `fetch` sets the host itself. */
async function getAs(url: string, host: string, traceId: string): Promise<{ status: number; text: string }> {
  const { default: http } = await import("node:http");
  return new Promise((resolve, reject) => {
    const headers = { host, "x-amzn-trace-id": traceId };
    http
      .get(url, { headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
      })
      .once("error", reject);
  });
}
