/** Custom runtimes as people write them: a shell bootstrap with curl. The official clients: runtime-clients.test.ts. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

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
});
