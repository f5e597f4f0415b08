/** Every managed runtime of Python and Node.js that this machine has, each with real functions. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
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

  for (const { id, language, version } of SUPPORTED_RUNTIMES.filter(({ language }) =>
    ["python", "nodejs"].includes(language),
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

  it("brings the AWS SDK to functions of Node.js, as modules of either kind", async (t) => {
    if (!existsSync(path.join(PROJECT, ".cache/runtimes/nodejs-sdk")))
      return t.skip("the SDK is not installed here");
    const sources = {
      "common.js": `const { LambdaClient, GetAccountSettingsCommand } = require("@aws-sdk/client-lambda");
exports.handler = async () => (await new LambdaClient().send(new GetAccountSettingsCommand())).AccountLimit.ConcurrentExecutions;`,
      "modern.mjs": `import { LambdaClient, GetAccountSettingsCommand } from "@aws-sdk/client-lambda";
export const handler = async () => (await new LambdaClient().send(new GetAccountSettingsCommand())).AccountLimit.ConcurrentExecutions;`,
    };
    for (const name of ["common", "modern"]) {
      const settings = { Runtime: "nodejs22.x", Handler: `${name}.handler`, MemorySize: 512 } as const;
      await createFunction(client, `sdk-${name}`, zip(sources), settings);
      assert.equal((await invoke(client, `sdk-${name}`)).payload, 1000);
    }
  });

  it("lets functions of Python import boto3 where the interpreter has it", async (t) => {
    const source = pythonZip(`
def lambda_handler(event, context):
    try: import boto3
    except ImportError: return None
    return boto3.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
`);
    await createFunction(client, "boto3", source, { MemorySize: 512 });
    const { payload } = await invoke(client, "boto3");
    if (payload === null) return t.skip("this Python has no boto3");
    assert.equal(payload, 1000);
  });

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
});
