/** Custom runtimes as people write them: a shell bootstrap with curl, and a Go binary with the official library. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, zip } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer } from "../../testkit/server.ts";

describe("custom runtimes", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const SHELL = `#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "$api/invocation/next")
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  echo "working on $id with $_HANDLER" >&2
  case "$event" in
    *die*) exit 7 ;;
    *fail*) curl -sS -o /dev/null -H "Lambda-Runtime-Function-Error-Type: Function.Chosen" -d '{"errorType":"Function.Chosen","errorMessage":"as asked"}' "$api/invocation/$id/error" ;;
    *) curl -sS -o /dev/null -d "{\\"echo\\":$event}" "$api/invocation/$id/response" ;;
  esac
done
`;

  for (const runtime of ["provided.al2", "provided.al2023"] as const) {
    it(`${runtime} runs a shell bootstrap that talks to the Runtime API with curl`, async () => {
      const name = runtime.replace(".", "-");
      await createFunction(client, name, zip({ bootstrap: SHELL }, ["bootstrap"]), {
        Runtime: runtime,
        Handler: "function.handler",
      });
      for (const round of [1, 2, 3]) {
        const { payload, log } = await invoke(client, name, { round });
        assert.deepEqual(payload, { echo: { round } });
        assert.match(log, /working on [0-9a-f-]{36} with function\.handler\n/);
      }
      const failed = await invoke(client, name, { act: "fail" });
      assert.equal(failed.functionError, "Unhandled");
      assert.deepEqual(failed.payload, { errorType: "Function.Chosen", errorMessage: "as asked" });
      const died = await invoke(client, name, { act: "die" });
      assert.match((died.payload as { errorMessage: string }).errorMessage, /exit status 7$/);
      assert.deepEqual((await invoke(client, name, { round: 4 })).payload, { echo: { round: 4 } });
    });
  }

  it("gives up on a runtime that ends whenever it has asked for work, and says so", async () => {
    const bootstrap = `#!/bin/sh
curl -sS -m 0.01 "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next" > /dev/null 2>&1
exit 5
`;
    await createFunction(client, "leaves", zip({ bootstrap }, ["bootstrap"]), {
      Runtime: "provided.al2023",
      Handler: "x",
    });
    const { status, functionError, payload } = await invoke(client, "leaves");
    assert.deepEqual([status, functionError], [200, "Unhandled"]);
    assert.equal((payload as { errorType: string }).errorType, "Runtime.ExitError");
  });

  it("tells what is wrong with a bootstrap that is missing or may not be executed", async () => {
    await createFunction(client, "no-bootstrap", zip({ readme: "x" }), {
      Runtime: "provided.al2023",
      Handler: "x",
    });
    const missing = await invoke(client, "no-bootstrap");
    assert.deepEqual(missing.payload, {
      errorType: "Runtime.InvalidEntrypoint",
      errorMessage: `RequestId: ${missing.requestId} Error: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]`,
    });
    await createFunction(client, "sealed-bootstrap", zip({ bootstrap: SHELL }), {
      Runtime: "provided.al2023",
      Handler: "x",
    });
    const sealed = await invoke(client, "sealed-bootstrap");
    assert.match(
      (sealed.payload as { errorMessage: string }).errorMessage,
      /fork\/exec \/var\/task\/bootstrap: permission denied$/,
    );
  });

  it("runs a Go binary built with the official library", async (t) => {
    const binary = await goBinary();
    if (typeof binary === "string") {
      t.skip(binary);
      return;
    }
    await createFunction(client, "go", zip({ bootstrap: binary }, ["bootstrap"]), {
      Runtime: "provided.al2023",
      Handler: "bootstrap",
    });
    const { payload, requestId, log } = await invoke(client, "go", { name: "Go" });
    assert.deepEqual(payload, { greeting: "hello Go", requestId, hasDeadline: true });
    assert.match(log, /greeting Go/);
    const failed = await invoke(client, "go", { name: "" });
    assert.equal(failed.functionError, "Unhandled");
    assert.deepEqual(failed.payload, { errorMessage: "nobody to greet", errorType: "errorString" });
    const panicked = await invoke(client, "go", { name: "panic" });
    assert.equal((panicked.payload as { errorMessage: string }).errorMessage, "asked to panic");
    assert.deepEqual((await invoke(client, "go", { name: "again" })).functionError, undefined);
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

/** Built once for a checkout; a sentence where it cannot be built here. */
async function goBinary(): Promise<Uint8Array | string> {
  const folder = path.join(PROJECT, ".cache/go-function");
  const binary = path.join(folder, "bootstrap");
  const known = await readFile(binary).catch(() => undefined);
  if (known !== undefined) return known;
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "main.go"), GO_SOURCE);
  await writeFile(
    path.join(folder, "go.mod"),
    "module example\n\ngo 1.19\n\nrequire github.com/aws/aws-lambda-go v1.47.0\n",
  );
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=mod" };
  try {
    execFileSync("go", ["build", "-o", binary, "."], { cwd: folder, env, stdio: "pipe" });
  } catch (error) {
    return `the Go binary could not be built: ${(error as Error).message.slice(0, 500)}`;
  }
  return readFile(binary);
}
