/** AWS's official runtime clients and libraries, unchanged, as custom runtimes: Go, Rust, Python and Node.js. */
import assert from "node:assert/strict";
import { copyFile, mkdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { InvokeWithResponseStreamCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, zip } from "../../testkit/functions.ts";
import { goProgram, nodeClient, pythonClient, rustProgram } from "../../testkit/runtime-clients.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const CUSTOM = { Runtime: "provided.al2023", Handler: "bootstrap" } as const;

describe("official runtime clients", () => {
  let server: TestServer;
  let client: LambdaClient;
  let fileSystems: string;
  before(async () => {
    fileSystems = await temporaryFolder();
    server = await startTestServer({ LAMBKIN_FILE_SYSTEMS_DIR: fileSystems });
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const ARN = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

  it("Go: context, errors, panics", async (t) => {
    const binary = await goProgram(GO_SOURCE);
    if (typeof binary === "string") return t.skip(binary);
    await createFunction(client, "go", zip({ bootstrap: binary }, ["bootstrap"]), CUSTOM);
    const { payload, requestId, log } = await invoke(client, "go", { name: "Go" });
    assert.deepEqual(payload, { greeting: "hello Go", requestId, hasDeadline: true });
    assert.match(log, /greeting Go/);
    const failed = await invoke(client, "go", { name: "" });
    assert.equal(failed.functionError, "Unhandled");
    assert.deepEqual(failed.payload, { errorMessage: "nobody to greet", errorType: "errorString" });
    const panicked = await invoke(client, "go", { name: "panic" });
    assert.equal((panicked.payload as { errorMessage: string }).errorMessage, "asked to panic");
    assert.equal((await invoke(client, "go", { name: "again" })).functionError, undefined);
  });

  it("Rust: context, errors, panics", async (t) => {
    const binary = await rustProgram(RUST_SOURCE);
    if (typeof binary === "string") return t.skip(binary);
    await createFunction(client, "rust", zip({ bootstrap: binary }, ["bootstrap"]), CUSTOM);
    for (const name of ["Rust", "again"]) {
      const { payload, requestId, log } = await invoke(client, "rust", { name });
      assert.deepEqual(payload, {
        greeting: `hello ${name}`,
        requestId,
        hasDeadline: true,
        arn: ARN("rust"),
      });
      assert.match(log, new RegExp(`greeting ${name}`));
    }
    const failed = await invoke(client, "rust", { name: "" });
    assert.equal(failed.functionError, "Unhandled");
    assert.equal((failed.payload as { errorMessage: string }).errorMessage, "nobody to greet");
    const panicked = await invoke(client, "rust", { name: "panic" });
    assert.match((panicked.payload as { errorMessage: string }).errorMessage, /asked to panic/);
    assert.equal((await invoke(client, "rust", { name: "back" })).functionError, undefined);
  });

  it("Python: context, client context, errors, init errors", async (t) => {
    const files = await pythonClient();
    if (typeof files === "string") return t.skip(files);
    const bootstrap = '#!/bin/sh\nexec /usr/bin/python3 -m awslambdaric "$_HANDLER"\n';
    const code = zip({ ...files, bootstrap, "app.py": PYTHON_SOURCE, "broken.py": "import nothing_there" }, [
      "bootstrap",
    ]);
    await createFunction(client, "python", code, { ...CUSTOM, Handler: "app.handler" });
    const ClientContext = Buffer.from(JSON.stringify({ custom: { who: "mé" } })).toString("base64");
    for (const round of [1, 2]) {
      const { payload, requestId } = await invoke(client, "python", { round }, { ClientContext });
      const expected = {
        event: { round },
        requestId,
        arn: ARN("python"),
        hasTime: true,
        custom: "mé",
        round,
      };
      assert.deepEqual(payload, expected);
    }
    const failed = await invoke(client, "python", { fail: true });
    assert.equal(failed.functionError, "Unhandled");
    const { errorType, errorMessage, requestId } = failed.payload as Record<string, string>;
    assert.deepEqual([errorType, errorMessage, requestId], ["ValueError", "as asked", failed.requestId]);
    assert.match(failed.log, /\[ERROR\] ValueError: as asked/);
    await createFunction(client, "python-broken", code, { ...CUSTOM, Handler: "broken.handler" });
    const broken = await invoke(client, "python-broken");
    assert.deepEqual(
      [broken.functionError, (broken.payload as { errorType: string }).errorType],
      ["Unhandled", "Runtime.ImportModuleError"],
    );
  });

  it("Node.js: context, errors, init errors, response streaming", async (t) => {
    const built = await nodeClient();
    if (typeof built === "string") return t.skip(built);
    // The interpreter is too large for a function's code: it comes through a file system.
    const mount = path.join(fileSystems, "fsap-00000000000000001");
    await mkdir(mount);
    await copyFile(path.join(built.nodeFolder, "node"), path.join(mount, "node"));
    const bootstrap = '#!/bin/sh\nexec /mnt/node/node node_modules/aws-lambda-ric/index.mjs "$_HANDLER"\n';
    const sources = { "app.mjs": NODE_SOURCE, "broken.mjs": "import 'nothing-there';" };
    const code = zip({ ...built.files, bootstrap, ...sources }, ["bootstrap"]);
    const Arn = "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-00000000000000001";
    const settings = {
      ...CUSTOM,
      MemorySize: 512,
      FileSystemConfigs: [{ Arn, LocalMountPath: "/mnt/node" }],
      // It lets handlers be loaded only where AWS's own images have them.
      Environment: { Variables: { NODE_PATH: "/var/task/node_modules" } },
    };
    await createFunction(client, "node", code, { ...settings, Handler: "app.handler" });
    for (const round of [1, 2]) {
      const { payload, requestId } = await invoke(client, "node", { round });
      assert.deepEqual(payload, { event: { round }, requestId, arn: ARN("node"), hasTime: true, round });
    }
    const failed = await invoke(client, "node", { fail: true });
    assert.deepEqual(
      [failed.functionError, (failed.payload as { errorType: string }).errorType],
      ["Unhandled", "RangeError"],
    );
    await createFunction(client, "node-broken", code, { ...settings, Handler: "broken.handler" });
    const broken = await invoke(client, "node-broken");
    assert.match(
      JSON.stringify([broken.functionError, broken.payload]),
      /Unhandled.*Runtime\.ImportModuleError|Unhandled.*ERR_MODULE_NOT_FOUND/,
    );
    await createFunction(client, "node-streams", code, { ...settings, Handler: "app.streamed" });
    const stream = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: "node-streams" }));
    let text = "";
    for await (const { PayloadChunk } of stream.EventStream ?? []) {
      text += new TextDecoder().decode(PayloadChunk?.Payload);
    }
    assert.equal(text, "one two");
  });
});

const GO_SOURCE = `package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct{ Name string }

type answer struct {
	Greeting    string \`json:"greeting"\`
	RequestID   string \`json:"requestId"\`
	HasDeadline bool   \`json:"hasDeadline"\`
}

func handle(ctx context.Context, e event) (answer, error) {
	if e.Name == "" {
		return answer{}, errors.New("nobody to greet")
	}
	if e.Name == "panic" {
		panic("asked to panic")
	}
	fmt.Println("greeting", e.Name)
	lc, _ := lambdacontext.FromContext(ctx)
	_, ok := ctx.Deadline()
	return answer{"hello " + e.Name, lc.AwsRequestID, ok}, nil
}

func main() { lambda.Start(handle) }
`;

const RUST_SOURCE = `use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let name = event.payload["name"].as_str().unwrap_or("").to_string();
    if name.is_empty() {
        return Err("nobody to greet".into());
    }
    if name == "panic" {
        panic!("asked to panic");
    }
    println!("greeting {name}");
    let context = event.context;
    Ok(json!({
        "greeting": format!("hello {name}"),
        "requestId": context.request_id,
        "hasDeadline": context.deadline > 0,
        "arn": context.invoked_function_arn,
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
`;

const PYTHON_SOURCE = `
rounds = 0
def handler(event, context):
    global rounds
    rounds += 1
    if event.get("fail"): raise ValueError("as asked")
    return {
        "event": event, "requestId": context.aws_request_id, "arn": context.invoked_function_arn,
        "hasTime": 0 < context.get_remaining_time_in_millis() <= 15000,
        "custom": context.client_context.custom["who"], "round": rounds,
    }
`;

const NODE_SOURCE = `
let round = 0;
export async function handler(event, context) {
  round++;
  if (event.fail) throw new RangeError("as asked");
  const left = context.getRemainingTimeInMillis();
  return { event, requestId: context.awsRequestId, arn: context.invokedFunctionArn, hasTime: left > 0 && left <= 15000, round };
}
export const streamed = awslambda.streamifyResponse(async (_event, responseStream) => {
  responseStream.write("one ");
  responseStream.write("two");
  responseStream.end();
});
`;
