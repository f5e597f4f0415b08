/** Every runtime this machine has, each with real functions: managed Python and Node.js, and custom ones. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { LambdaClient, Runtime } from "@aws-sdk/client-lambda";
import { SUPPORTED_RUNTIMES } from "../../src/model/mod.ts";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer } from "../../testkit/server.ts";

const PYTHON = pythonZip(`
import sys, json, logging
def lambda_handler(event, context):
    logging.getLogger().error("logged by %s", event["who"])
    if event.get("fail"):
        raise KeyError("missing")
    return {"version": "%d.%d" % sys.version_info[:2], "left": context.get_remaining_time_in_millis() > 0, "ü": "ü"}
`);

const NODE = nodeZip(`
exports.handler = async (event, context) => {
  console.error("logged by %s", event.who);
  if (event.fail) throw new RangeError("missing");
  return { version: process.versions.node.split(".")[0], left: context.getRemainingTimeInMillis() > 0, "ü": "ü" };
};
`);

interface Health {
  readonly runtimes: Record<string, { available: boolean; version?: string; warning?: string }>;
}

describe("runtimes", () => {
  let server: TestServer;
  let client: LambdaClient;
  let health: Health;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as Health;
  });
  after(() => server.stop());

  async function logOf(name: string): Promise<string[]> {
    const logs = logsClient(server.url);
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }));
    return (page.events ?? []).map((event) => event.message ?? "");
  }

  for (const { id, language, version } of SUPPORTED_RUNTIMES.filter(
    (runtime) => runtime.language !== "provided",
  )) {
    it(`${id} runs a handler, its log and its exceptions`, async (t) => {
      const name = id.replace(".", "-");
      const found = health.runtimes[id];
      assert.ok(found?.available, `${id} has neither itself nor a stand-in here`);
      await createFunction(client, name, language === "python" ? PYTHON : NODE, {
        Runtime: id as Runtime,
        Handler: language === "python" ? "lambda_function.lambda_handler" : "index.handler",
      });
      const good = await invoke(client, name, { who: "me" });
      assert.deepEqual(good.payload, { version: found.version, left: true, ü: "ü" });
      assert.match(
        good.log,
        language === "python" ? /\[ERROR\]\t.*\tlogged by me\n/ : /\tERROR\tlogged by me\n/,
      );
      const bad = await invoke(client, name, { who: "me", fail: true });
      assert.equal(bad.functionError, "Unhandled");
      const failure = bad.payload as { errorType: string; errorMessage: string };
      assert.equal(failure.errorType, language === "python" ? "KeyError" : "RangeError");
      assert.equal(failure.errorMessage, language === "python" ? "'missing'" : "missing");
      assert.deepEqual(
        Object.keys(failure),
        language === "python"
          ? ["errorMessage", "errorType", "requestId", "stackTrace"]
          : ["errorType", "errorMessage", "trace"],
      );
      if (found.version !== version) {
        assert.ok(
          (await logOf(name)).some((line) => line.startsWith(`LAMBKIN_WARNING: ${id} is not installed`)),
        );
        t.diagnostic(`${id} was run by version ${found.version}`);
      }
    });
  }

  it("refuses a runtime that is not installed when nothing may stand in for it", async (t) => {
    const missing = Object.entries(health.runtimes).find(([, report]) => report.warning !== undefined)?.[0];
    if (missing === undefined) {
      t.skip("every runtime is installed here");
      return;
    }
    const strict = await startTestServer({ LAMBKIN_RUNTIME_FALLBACK: "off" });
    await assert.rejects(
      createFunction(lambdaClient(strict.url), "strict", PYTHON, { Runtime: missing as Runtime }),
      /is not installed on the machine/,
    );
    await strict.stop();
  });

  describe("init failures", () => {
    for (const [title, source, handler, expected] of [
      [
        "a missing module",
        "import nothing_here",
        "lambda_function.lambda_handler",
        {
          errorType: "Runtime.ImportModuleError",
          errorMessage: "Unable to import module 'lambda_function': No module named 'nothing_here'",
        },
      ],
      [
        "a missing handler",
        "x = 1",
        "lambda_function.nope",
        {
          errorType: "Runtime.HandlerNotFound",
          errorMessage: "Handler 'nope' missing on module 'lambda_function'",
        },
      ],
      [
        "a handler without a dot",
        "x = 1",
        "nodot",
        {
          errorType: "Runtime.MalformedHandlerName",
          errorMessage: "Bad handler 'nodot': not enough values to unpack (expected 2, got 1)",
        },
      ],
      [
        "code that raises while it is loaded",
        "raise RuntimeError('at import')",
        "lambda_function.x",
        {
          errorType: "RuntimeError",
          errorMessage: "at import",
        },
      ],
    ] as const) {
      it(`python: ${title}`, async () => {
        const name = `init-${title.replaceAll(" ", "-")}`;
        await createFunction(client, name, pythonZip(source), { Handler: handler });
        const { functionError, payload, log } = await invoke(client, name);
        assert.equal(functionError, "Unhandled");
        const { errorType, errorMessage, requestId } = payload as Record<string, string>;
        assert.deepEqual({ errorType, errorMessage }, expected);
        assert.equal(requestId, "");
        assert.match(log, /^START .*\nEND .*\nREPORT .*\tStatus: error\tError Type: /);
        const lines = await logOf(name);
        assert.equal(
          lines.filter((line) => /^INIT_REPORT .*Phase: init\tStatus: error/.test(line)).length,
          1,
        );
        assert.equal(
          lines.filter((line) => /^INIT_REPORT .*Phase: invoke\tStatus: error/.test(line)).length,
          1,
        );
      });
    }

    it("python: a syntax error", async () => {
      await createFunction(client, "syntax", pythonZip("def lambda_handler(:\n"));
      const { payload } = await invoke(client, "syntax");
      const { errorType, errorMessage } = payload as Record<string, string>;
      assert.equal(errorType, "Runtime.UserCodeSyntaxError");
      assert.match(errorMessage ?? "", /^Syntax error in module 'lambda_function': /);
    });

    it("python: a module that exits", async () => {
      await createFunction(client, "exits", pythonZip("import sys\nsys.exit(9)"));
      const { payload, requestId } = await invoke(client, "exits");
      assert.deepEqual(payload, {
        errorType: "Runtime.ExitError",
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 9`,
      });
    });

    it("an init of more than ten seconds runs again on the function's time, and then serves", async () => {
      const slow = "import time\ntime.sleep(10.5)\ndef lambda_handler(e, c): return 'at last'";
      await createFunction(client, "slow-init", pythonZip(slow), { Timeout: 30 });
      const first = await invoke(client, "slow-init");
      assert.equal(first.payload, "at last");
      // The second init is part of the invocation, and of its time.
      const durationMs = Number(/\tDuration: ([\d.]+) ms/.exec(first.log)?.[1]);
      assert.ok(durationMs >= 10_500 && durationMs < 30_000, first.log);
      const lines = await logOf("slow-init");
      assert.ok(
        lines.some((line) => /^INIT_REPORT .*Phase: init\tStatus: timeout\n$/.test(line)),
        lines.join(""),
      );
      const second = await invoke(client, "slow-init");
      assert.equal(second.payload, "at last");
    });

    for (const [title, files, handler, expected] of [
      [
        "a missing package",
        { "index.js": "require('nothing-here')" },
        "index.handler",
        /^Error: Cannot find module 'nothing-here'\nRequire stack:/,
      ],
      ["a missing file", { "other.js": "" }, "index.handler", /^Error: Cannot find module 'index'/],
      ["a syntax error", { "index.js": "exports.handler = async ( => {" }, "index.handler", /^SyntaxError: /],
      [
        "a missing export",
        { "index.js": "exports.other = 1" },
        "index.handler",
        /^index\.handler is undefined or not exported$/,
      ],
      [
        "an export that is no function",
        { "index.js": "exports.handler = 5" },
        "index.handler",
        /^index\.handler is not a function$/,
      ],
    ] as const) {
      it(`nodejs: ${title}`, async () => {
        const name = `node-${title.replaceAll(" ", "-")}`;
        await createFunction(client, name, zip(files), { Runtime: "nodejs22.x", Handler: handler });
        const { functionError, payload } = await invoke(client, name);
        assert.equal(functionError, "Unhandled");
        assert.match((payload as { errorMessage: string }).errorMessage, expected);
      });
    }
  });

  describe("nodejs handlers", () => {
    const cases = [
      [
        "ES module by extension",
        { "index.mjs": "export const handler = async () => import.meta.url.slice(-9)" },
        "index.handler",
        "index.mjs",
      ],
      [
        "ES module by package.json, with top-level await",
        {
          "package.json": '{"type":"module"}',
          "index.js": "const x = await Promise.resolve(3); export const handler = async () => x",
        },
        "index.handler",
        3,
      ],
      [
        "CommonJS by extension",
        { "index.cjs": "exports.handler = async () => __filename.slice(-9)" },
        "index.handler",
        "index.cjs",
      ],
      ["nested export", { "app.js": "exports.a = { b: async () => 'nested' }" }, "app.a.b", "nested"],
      [
        "handler in a folder",
        { "src/deep/app.js": "exports.run = async () => 'deep'" },
        "src/deep/app.run",
        "deep",
      ],
      [
        "callback",
        { "index.js": "exports.handler = (e, c, cb) => setTimeout(() => cb(null, 'called back'), 5)" },
        "index.handler",
        "called back",
      ],
      [
        "callback that waits for the loop",
        {
          "index.js":
            "let done = 0; exports.handler = (e, c, cb) => { setTimeout(() => { done = 1 }, 30); cb(null, { toJSON: () => done }) }",
        },
        "index.handler",
        1,
      ],
      [
        "callback that does not wait",
        {
          "index.js":
            "let done = 0; exports.handler = (e, c, cb) => { c.callbackWaitsForEmptyEventLoop = false; setTimeout(() => { done = 1 }, 5000); cb(null, { toJSON: () => done }) }",
        },
        "index.handler",
        0,
      ],
      [
        "neither promise nor callback",
        { "index.js": "exports.handler = () => 'ignored'" },
        "index.handler",
        null,
      ],
      ["undefined result", { "index.js": "exports.handler = async () => {}" }, "index.handler", null],
      [
        "response stream, collected",
        {
          "index.mjs":
            "export const handler = awslambda.streamifyResponse(async (e, s) => { s.write('\"a'); s.write('b\"'); s.end() })",
        },
        "index.handler",
        "ab",
      ],
    ] as const;
    for (const [title, files, handler, expected] of cases) {
      it(title, async () => {
        const name = `style-${title.replaceAll(/[^a-z]+/gi, "-")}`;
        await createFunction(client, name, zip(files), { Runtime: "nodejs22.x", Handler: handler });
        const { payload, functionError } = await invoke(client, name);
        assert.equal(functionError, undefined, JSON.stringify(payload));
        assert.deepEqual(payload, expected);
      });
    }

    it("callback handlers are refused from Node.js 24 on", async () => {
      const source = nodeZip("exports.handler = (event, context, callback) => callback(null, 1)");
      await createFunction(client, "callback-24", source, {
        Runtime: "nodejs24.x",
        Handler: "index.handler",
      });
      const { payload } = await invoke(client, "callback-24");
      assert.equal((payload as { errorType: string }).errorType, "Runtime.CallbackHandlerDeprecated");
    });

    it("errors of every kind reach the caller", async () => {
      const source = nodeZip(`
        exports.handler = async ({ kind }) => {
          if (kind === "null") throw null;
          if (kind === "string") throw "text";
          if (kind === "circular") { const e = new Error("round"); e.self = e; throw e; }
          if (kind === "getter") throw Object.defineProperty(new Error("x"), "message", { get() { throw new Error("no") } });
          if (kind === "bigint") return 1n;
          if (kind === "rejection") { Promise.reject(new Error("nobody waits")); await new Promise((r) => setTimeout(r, 1000)); }
          if (kind === "uncaught") { setTimeout(() => { throw new Error("later") }, 1); await new Promise((r) => setTimeout(r, 1000)); }
          if (kind === "never") await new Promise(() => {});
        };`);
      await createFunction(client, "node-errors", source, {
        Runtime: "nodejs22.x",
        Handler: "index.handler",
      });
      const payloadOf = async (kind: string) => {
        const { functionError, payload } = await invoke(client, "node-errors", { kind });
        assert.equal(functionError, "Unhandled", kind);
        return payload as { errorType: string; errorMessage: string; trace: string[] };
      };
      assert.deepEqual(await payloadOf("null"), { errorType: "object", errorMessage: "null", trace: [] });
      assert.deepEqual(await payloadOf("string"), { errorType: "string", errorMessage: "text", trace: [] });
      assert.equal((await payloadOf("circular")).errorMessage, "round");
      assert.equal((await payloadOf("getter")).trace.length, 0);
      assert.equal((await payloadOf("bigint")).errorMessage, "Unable to stringify response body");
      assert.equal((await payloadOf("rejection")).errorType, "Runtime.UnhandledPromiseRejection");
      assert.equal((await payloadOf("uncaught")).errorMessage, "later");
      assert.equal((await payloadOf("never")).errorType, "Runtime.NodeJsExit");
    });
  });

  describe("custom runtimes", () => {
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
