/**
 * The Node.js bootstrap against the wire, on every Node.js that this machine has. One long file, because every case
 * runs once per Node.js inside one loop.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { ARN, findNodes, type Guest, NODE_BOOTSTRAP, startGuest } from "./bootstrap-harness.ts";

const ISO_MS = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).slice(1).split(".")[0] ?? "";
}

type Document = Record<string, unknown>;

for (const { version, program } of findNodes(versionOf)) {
  describe(`Node.js ${version} bootstrap`, { concurrency: 2 }, () => {
    if (program === undefined) {
      it("runs functions", (t) => t.skip(`Node.js ${version} is not on this machine`));
      return;
    }

    const start = (
      source: string,
      { handler = "app.handler", files = {}, variables = {} }: Partial<Parameters<typeof startGuest>[0]> = {},
    ): Promise<Guest> =>
      startGuest({
        program,
        bootstrap: NODE_BOOTSTRAP,
        handler,
        files: { "app.js": source, ...files },
        variables,
      });
    /** Callback handlers exist up to Node.js 22; where a newer one stands in for it, they still do. */
    const startCallback = (source: string): Promise<Guest> =>
      start(source, { variables: { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x" } });

    it("answers events with what the handler's promise gives, as JSON", async () => {
      await using guest = await start("exports.handler = async (event) => event === 0 ? undefined : event");
      await guest.ready();
      for (const event of [null, 1.5, "ü", [], { a: { b: [true, null] } }]) {
        assert.deepEqual(await guest.call(event), event);
      }
      assert.equal(await guest.call(0), null);
    });

    it("takes frames that come in pieces, or several at once, and events of 6 MB, and sends as much", async () => {
      await using guest = await start(
        "exports.handler = async (event) => event.length > 99 ? event + 'y' : event",
      );
      await guest.ready();
      const big = "x".repeat(6 * 1024 * 1024);
      assert.equal(await guest.call(big), `${big}y`);
      guest.deliver("one", { requestId: "r1" });
      assert.equal((await guest.frame()).requestId, "r1");
      const meta = Buffer.from(JSON.stringify({ requestId: "r3", deadlineMs: 0, invokedFunctionArn: ARN }));
      const head = Buffer.from([0, 0, 0, 5 + meta.length + 3, 1, 0, 0, 0, meta.length]);
      // An unknown frame type is passed over; then an invocation byte by byte.
      for (const byte of Buffer.concat([Buffer.from([0, 0, 0, 2, 99, 7]), head, meta, Buffer.from('"3"')])) {
        guest.write(Buffer.from([byte]));
      }
      assert.equal((await guest.frame()).payload.toString(), '"3"');
    });

    for (const [title, handler, files] of [
      ["CommonJS", "a.handler", { "a.js": "exports.handler = async () => 'ok'" }],
      ["an ES module", "a.handler", { "a.mjs": "export const handler = async () => 'ok'" }],
      [
        "an ES module by its package",
        "d/a.handler",
        { "d/a.js": "export const handler = async () => 'ok'", "package.json": '{"type":"module"}' },
      ],
      [
        "CommonJS inside such a package",
        "a.handler",
        { "a.cjs": "exports.handler = async () => 'ok'", "package.json": '{"type":"module"}' },
      ],
      ["a file without an extension", "a.handler", { a: "exports.handler = async () => 'ok'" }],
      [
        "top-level await",
        "a.handler",
        {
          "a.mjs":
            "const x = await new Promise((r) => setTimeout(r, 1, 'ok')); export const handler = async () => x",
        },
      ],
      ["a nested export", "d/e/a.x.y.z", { "d/e/a.js": "exports.x = { y: { z: async () => 'ok' } }" }],
      ["a package", "pkg.handler", { "node_modules/pkg/index.js": "exports.handler = async () => 'ok'" }],
      [".js before .mjs", "a.handler", { "a.mjs": "throw 1", "a.js": "exports.handler = async () => 'ok'" }],
    ] as const) {
      it(`loads handlers from ${title}`, async () => {
        await using guest = await start("", { handler, files: files as Record<string, string> });
        await guest.ready();
        assert.equal(await guest.call({}), "ok");
      });
    }

    for (const [title, handler, source, errorType, errorMessage] of [
      [
        "a module that is missing",
        "nope.h",
        "",
        "Runtime.ImportModuleError",
        /^Error: Cannot find module 'nope'\nRequire stack:\n- .*bootstrap\.mjs$/,
      ],
      [
        "a module's own missing import",
        "app.h",
        "require('nothing')",
        "Runtime.ImportModuleError",
        /^Error: Cannot find module 'nothing'\nRequire stack:\n- .*app\.js\n- .*bootstrap\.mjs$/,
      ],
      [
        "a missing export",
        "app.a.b",
        "exports.a = {}",
        "Runtime.HandlerNotFound",
        /^app\.a\.b is undefined or not exported$/,
      ],
      [
        "an export that is no function",
        "app.h",
        "exports.h = 1",
        "Runtime.HandlerNotFound",
        /^app\.h is not a function$/,
      ],
      ["a handler without a dot", "app", "", "Runtime.MalformedHandlerName", /^Bad handler$/],
      [
        "a handler that leaves its folder",
        "../app.h",
        "",
        "Runtime.MalformedHandlerName",
        /^'\.\.\/app\.h' is not a valid handler name\. Use absolute paths/,
      ],
      [
        "a syntax error",
        "app.h",
        "x = 1;\nx = = 2",
        "Runtime.UserCodeSyntaxError",
        /^SyntaxError: Unexpected token '='$/,
      ],
      ["what a module throws", "app.h", "throw new TypeError('early')", "TypeError", /^early$/],
      ["a module that throws null", "app.h", "throw null", "object", /^null$/],
      [
        "another kind of streaming handler",
        "app.h",
        "exports.h = Object.assign(() => {}, { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'request' })",
        "Runtime.MalformedStreamingHandler",
        /^Only response streaming is supported\.$/,
      ],
    ] as const) {
      it(`reports ${title} and exits`, async () => {
        await using guest = await start(source, { handler });
        const frame = await guest.frame();
        const document = JSON.parse(frame.payload.toString()) as Document;
        assert.deepEqual(
          [frame.name, frame.errorType, document["errorType"]],
          ["initError", errorType, errorType],
        );
        assert.deepEqual(Object.keys(document), ["errorType", "errorMessage", "trace"]);
        assert.match(String(document["errorMessage"]), errorMessage);
        assert.deepEqual(await guest.exited, { code: 1, signal: null });
        assert.match(
          guest.events()[0] ?? "",
          new RegExp(`^${ISO_MS}\tundefined\tERROR\tUncaught Exception \t\\{`),
        );
      });
    }

    it("names the place of a syntax error", async () => {
      await using guest = await start("x = 1;\nx = = 2");
      const { trace } = JSON.parse((await guest.frame()).payload.toString()) as { trace: string[] };
      assert.equal(trace[0], "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '='");
      assert.equal(trace[1], `${guest.folder}/app.js:2`);
    });

    it("exits when a module waits for what never comes", async () => {
      await using guest = await start("", {
        files: { "a.mjs": "await new Promise(() => {})" },
        handler: "a.h",
      });
      assert.equal((await guest.exited).code, 13);
    });

    it("reports errors with AWS's keys, and logs them with their own properties", async () => {
      await using guest = await start(
        "exports.handler = async () => { throw Object.assign(new RangeError('n\\u007fo'), { code: 'E1', detail: { cause: new Error('in') } }) }",
      );
      await guest.ready();
      const frame = await guest.invoke({});
      const document = JSON.parse(frame.payload.toString()) as { trace: string[] };
      assert.deepEqual([frame.name, frame.errorType], ["error", "RangeError"]);
      const { trace, ...rest } = document;
      assert.equal(JSON.stringify(rest), '{"errorType":"RangeError","errorMessage":"n%7Fo"}');
      assert.equal(trace[0], "RangeError: n%7Fo");
      assert.match(trace[1] ?? "", /^ {4}at .*app\.js:1:\d+\)?$/);
      const logged = await guest.event(/Invoke Error/);
      assert.match(logged, new RegExp(`^${ISO_MS}\t${frame.requestId}\tERROR\tInvoke Error \t\\{`));
      const shown = JSON.parse(logged.split("\t").at(-1) ?? "") as Document;
      assert.deepEqual(Object.keys(shown), ["errorType", "errorMessage", "code", "detail", "stack"]);
      assert.match(
        JSON.stringify(shown["detail"]),
        /^\{"cause":\{"errorType":"Error","errorMessage":"in","stack":\[/,
      );
    });

    it("encodes whatever is thrown", async () => {
      await using guest = await start(`
const circular = new Error("round"); circular.self = circular;
const closed = new Error(); Object.defineProperty(closed, "message", { get() { throw new Error("closed"); } });
const odd = Object.assign(new Error("x"), { name: undefined, message: 7, stack: 5 });
const things = [circular, closed, odd, null, undefined, "text", 7n, Symbol("s"), Object.create(null), { a: 1 }];
exports.handler = async (index) => { throw things[index]; };
`);
      await guest.ready();
      const seen: unknown[] = [];
      for (let index = 0; index < 10; index++) {
        const { errorType, errorMessage } = (await guest.call(index)) as Document;
        seen.push([errorType, String(errorMessage).slice(0, 20)]);
      }
      const unreadable = ["handled", "callback called with"];
      assert.deepEqual(seen, [
        ["Error", "round"],
        unreadable,
        ["Error", "7"],
        ["object", "null"],
        ["undefined", "undefined"],
        ["string", "text"],
        ["bigint", "7"],
        ["symbol", "Symbol(s)"],
        unreadable,
        ["object", "[object Object]"],
      ]);
      assert.equal(((await guest.call(0)) as Document)["errorType"], "Error");
    });

    it("reports results and events that JSON cannot carry", async () => {
      await using guest = await start(
        "exports.handler = async (e) => { const x = {}; x.x = x; return e ? x : () => {} }",
      );
      await guest.ready();
      const { errorType, errorMessage } = (await guest.call(1)) as Document;
      assert.deepEqual(
        [errorType, errorMessage],
        ["Runtime.MarshalError", "Unable to stringify response body"],
      );
      assert.equal(await guest.call(0), null);
      assert.equal((await guest.invoke(Buffer.from("{nope"))).errorType, "SyntaxError");
      assert.equal((await guest.invoke(1, { clientContext: "{" })).errorType, "SyntaxError");
    });

    it("gives handlers the whole context in AWS's order", async () => {
      await using guest = await startCallback(
        "exports.handler = async (e, c) => ({ keys: Object.keys(c), left: c.getRemainingTimeInMillis(), c })",
      );
      await guest.ready();
      const requestId = "8a7d0a4e-0000-4000-8000-000000000000";
      const clientContext = { custom: { a: "b" }, env: {}, client: { installation_id: "i" } };
      const identity = { cognitoIdentityId: "i", cognitoIdentityPoolId: "p" };
      const { keys, left, c } = (await guest.call(1, {
        requestId,
        tenantId: "t",
        deadlineMs: 1,
        clientContext: JSON.stringify(clientContext),
        cognitoIdentity: JSON.stringify(identity),
      })) as Document;
      const shown = {
        callbackWaitsForEmptyEventLoop: true,
        functionVersion: "$LATEST",
        functionName: "thing",
        memoryLimitInMB: "128",
        logGroupName: "/aws/lambda/thing",
        logStreamName: "2026/01/01/[$LATEST]00",
        clientContext,
        identity,
        invokedFunctionArn: ARN,
        awsRequestId: requestId,
        tenantId: "t",
      };
      assert.equal(JSON.stringify(c), JSON.stringify(shown));
      const [waits, ...others] = Object.keys(shown);
      assert.deepEqual(keys, [waits, "succeed", "fail", "done", ...others, "getRemainingTimeInMillis"]);
      assert.ok(Number(left) < 0);
      assert.ok(Number(((await guest.call(1)) as Document)["left"]) > 1000);
    });

    it("sets the trace variable for each invocation and removes it where there is none", async () => {
      await using guest = await start("exports.handler = async () => process.env._X_AMZN_TRACE_ID ?? null");
      await guest.ready();
      const traces = [
        await guest.call(1, { traceId: "Root=1-2" }),
        await guest.call(1),
        await guest.call(1, { traceId: "Root=1-3" }),
      ];
      assert.deepEqual(traces, ["Root=1-2", null, "Root=1-3"]);
    });

    it("holds a callback's result until the event loop is empty, unless told not to", async () => {
      await using guest = await startCallback(`
let late = "no";
exports.handler = (event, context, callback) => {
  const before = late;
  late = "no";
  context.callbackWaitsForEmptyEventLoop = event.waits;
  const result = { before, get late() { return late; } };
  setTimeout(() => { late = "yes"; }, 20);
  callback(event.error ?? null, result);
  callback(null, "a second call is nothing");
};`);
      await guest.ready();
      assert.deepEqual(await guest.call({ waits: true }), { before: "no", late: "yes" });
      assert.deepEqual(await guest.call({ waits: false }), { before: "yes", late: "no" });
      assert.deepEqual([(await guest.invoke({ waits: true, error: "bad" })).errorType], ["string"]);
    });

    it("answers for callback handlers that use the context, their promise, or nothing", async () => {
      await using guest = await startCallback(`
exports.handler = (event, context, callback) => {
  setInterval(() => {}, 1000).unref();
  if (event === "succeed") context.succeed(1);
  if (event === "done") setTimeout(() => context.done(null, 2), 1);
  if (event === "fail") context.fail(new TypeError("no"));
  if (event === "failed with nothing") context.fail();
  if (event === "promise") return { then: (resolve) => setTimeout(resolve, 1, 3) };
  if (event === "throw") throw new RangeError("out");
  return 99;
};`);
      await guest.ready();
      assert.deepEqual(
        [
          await guest.call("succeed"),
          await guest.call("done"),
          await guest.call("promise"),
          await guest.call("nothing"),
        ],
        [1, 2, 3, null],
      );
      const failures = [];
      for (const event of ["fail", "failed with nothing", "throw"])
        failures.push((await guest.invoke(event)).errorType);
      assert.deepEqual(failures, ["TypeError", "string", "RangeError"]);
    });

    it("takes plain results from Node.js 24 on, and refuses callbacks there", async () => {
      const variables = { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" };
      await using guest = await start("exports.handler = (e, c) => [e, typeof c.succeed]", { variables });
      await guest.ready();
      assert.deepEqual(await guest.call(1), [1, "undefined"]);
      await using refused = await start("exports.handler = (e, c, callback) => {}", { variables });
      const { name, errorType, payload } = await refused.frame();
      assert.deepEqual([name, errorType], ["initError", "Runtime.CallbackHandlerDeprecated"]);
      assert.match(payload.toString(), /removed support for callback-based function handlers/);
    });

    it("reports a promise that can never settle, and goes on", async () => {
      await using guest = await start(
        "exports.handler = (e) => e ? new Promise(() => {}) : Promise.resolve('on')",
      );
      await guest.ready();
      const frame = await guest.invoke(1);
      assert.deepEqual([frame.name, frame.errorType], ["error", "Runtime.NodeJsExit"]);
      assert.match(
        frame.payload.toString(),
        /The Lambda runtime client detected an unexpected Node\.js exit code/,
      );
      assert.equal(await guest.call(0), "on");
    });

    for (const [title, statement, errorType, errorMessage, what, code] of [
      [
        "an uncaught exception",
        "setTimeout(() => { throw new TypeError('out') })",
        "TypeError",
        "out",
        "Uncaught Exception",
        129,
      ],
      [
        "an unhandled rejection",
        "Promise.reject(new TypeError('out'))",
        "Runtime.UnhandledPromiseRejection",
        "TypeError: out",
        "Unhandled Promise Rejection",
        128,
      ],
      [
        "a rejection with null",
        "Promise.reject(null)",
        "Runtime.UnhandledPromiseRejection",
        "null",
        "Unhandled Promise Rejection",
        128,
      ],
      [
        "a rejection that cannot be described",
        "Promise.reject(Object.create(null))",
        "Runtime.UnhandledPromiseRejection",
        /callback called with Error/,
        "Unhandled Promise Rejection",
        128,
      ],
    ] as const) {
      it(`tells the invocation, or the init, of ${title} and ends`, async () => {
        for (const source of [
          `exports.handler = () => { ${statement}; return new Promise((r) => setTimeout(r, 9e5)) }`,
          `${statement}; module.exports = new Promise((r) => setTimeout(r, 9e5))`,
        ]) {
          const isInit = !source.startsWith("exports");
          // An init that is still going on when it happens.
          const files = { "wait.mjs": `${statement}; await new Promise((r) => setTimeout(r, 9e5))` };
          await using guest = await start(source, isInit ? { files, handler: "wait.h" } : {});
          if (!isInit) guest.deliver({});
          const frame = isInit ? await guest.frame() : await (await guest.ready()).frame();
          assert.deepEqual([frame.name, frame.errorType], [isInit ? "initError" : "fatal", errorType]);
          const document = JSON.parse(frame.payload.toString()) as Document;
          if (typeof errorMessage === "string") assert.equal(document["errorMessage"], errorMessage);
          else assert.match(String(document["errorMessage"]), errorMessage);
          assert.deepEqual(await guest.exited, { code, signal: null });
          assert.ok(
            guest.events().some((event) => event.includes(`\tERROR\t${what} \t{"errorType":"${errorType}"`)),
          );
        }
      });
    }

    it("lets process.exit end the process", async () => {
      await using guest = await start(
        "exports.handler = async () => { process.stdout.write('x'.repeat(1e6) + '\\n'); process.exit(7) }",
      );
      await guest.ready();
      guest.deliver({});
      assert.deepEqual(await guest.exited, { code: 7, signal: null });
      assert.equal(guest.events()[0]?.length, 1_000_000);
    });

    it("writes console calls as AWS does, each one event, before the reply", async () => {
      await using guest = await start(`
console.log("at init");
exports.handler = async () => {
  process.stdout.write("raw\\n");
  console.log("two\\nlines %d", 2, { a: 1 });
  for (const level of ["debug", "info", "warn", "error", "trace"]) console[level](level);
  process.stderr.write("partial");
};`);
      await guest.ready();
      const { requestId } = await guest.invoke({});
      guest.hangUp();
      await guest.exited;
      const events = guest.events().map((event) => event.replace(new RegExp(`^${ISO_MS}\t`), "at\t"));
      assert.deepEqual(events, [
        "at\tundefined\tINFO\tat init",
        "raw",
        `at\t${requestId}\tINFO\ttwo\nlines 2 { a: 1 }`,
        ...["DEBUG", "INFO", "WARN", "ERROR", "TRACE"].map(
          (level) => `at\t${requestId}\t${level}\t${level.toLowerCase()}`,
        ),
        "partial",
      ]);
    });

    it("writes JSON log lines with AWS's keys in order, from the configured level on", async () => {
      const variables = { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "INFO" };
      await using guest = await start(
        `
exports.handler = async () => {
  console.debug("hidden");
  console.log({ a: { b: 1 } });
  console.warn("two\\n%s", "words", new TypeError("inside"));
  console.info(10n);
  throw Object.assign(new RangeError("out"), { code: 7 });
};`,
        { variables },
      );
      await guest.ready();
      const { requestId } = await guest.invoke({}, { tenantId: "t" });
      await guest.event(/RangeError/);
      const [object = {}, words = {}, big = {}, error = {}, ...rest] = guest
        .events()
        .map((event) => JSON.parse(event) as Document);
      assert.deepEqual(Object.keys(object), ["timestamp", "level", "requestId", "tenantId", "message"]);
      assert.deepEqual(
        [object["level"], object["requestId"], object["message"]],
        ["INFO", requestId, { a: { b: 1 } }],
      );
      assert.deepEqual(Object.keys(words), [
        "timestamp",
        "level",
        "requestId",
        "tenantId",
        "message",
        "errorType",
        "errorMessage",
        "stackTrace",
      ]);
      assert.match(String(words["message"]), /^two\nwords TypeError: inside/);
      assert.deepEqual(
        [big["message"], words["errorType"], words["errorMessage"]],
        ["10n", "TypeError", "inside"],
      );
      const { stackTrace, ...members } = error["message"] as Document;
      assert.deepEqual(
        [error["level"], members, Array.isArray(stackTrace), rest],
        ["ERROR", { errorType: "RangeError", errorMessage: "out", code: 7 }, true, []],
      );
    });

    it("sends what a streaming handler writes piece by piece", async () => {
      await using guest = await start(`
const { pipeline } = require("node:stream/promises");
exports.handler = awslambda.streamifyResponse(async (event, stream, context) => {
  if (event === "http") stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });
  if (event === "late") { stream.write("x"); stream.setContentType("text/plain"); }
  if (event === "throw") throw new RangeError("out");
  if (event === "destroy") { stream.destroy(new TypeError("gone")); return; }
  if (event === "open") { stream.write("x"); return; }
  if (event === "nothing") { stream.end(); return; }
  if (event === "pipe") { await pipeline(async function* () { yield "a"; yield Buffer.from([255]); }, stream); return; }
  stream.write({ id: context.awsRequestId.length });
  stream.write("é");
  stream.end("!");
});`);
      await guest.ready();
      const answers = [];
      for (const event of ["plain", "http", "pipe", "nothing"]) {
        const { contentType, body, last } = await guest.stream(event);
        answers.push([contentType, body.toString("latin1"), last.name]);
      }
      const plain = Buffer.from('{"id":36}é!').toString("latin1");
      const http = "application/vnd.awslambda.http-integration-response";
      assert.deepEqual(answers, [
        ["application/octet-stream", plain, "responseEnd"],
        [http, `{"statusCode":201}${"\0".repeat(8)}${plain}`, "responseEnd"],
        ["application/octet-stream", "a\xff", "responseEnd"],
        ["application/octet-stream", "", "responseEnd"],
      ]);
      const failures = [];
      for (const event of ["late", "throw", "destroy", "open"])
        failures.push((await guest.stream(event)).last.errorType);
      assert.deepEqual(failures, [
        "Runtime.InvalidStreamingOperation",
        "RangeError",
        "TypeError",
        "Runtime.InvalidStreamingOperation",
      ]);
    });

    it("refuses streaming handlers that are not async, and keeps the global away where asked", async () => {
      await using guest = await start(
        "exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end() })",
      );
      await guest.ready();
      assert.match(
        (await guest.stream({})).last.payload.toString(),
        /Streaming does not support non-async handlers\./,
      );
      const variables = { AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA: "1" };
      await using without = await start("exports.handler = async () => typeof awslambda", { variables });
      assert.equal(await (await without.ready()).call({}), "undefined");
    });

    it("keeps the control socket from the programs a function starts", async () => {
      await using guest = await start(
        "exports.handler = async () => require('node:child_process').spawnSync('test', ['-e', '/proc/self/fd/3'], { stdio: 'inherit' }).status",
      );
      await guest.ready();
      assert.equal(await guest.call({}), 1);
    });

    it("ends quietly with the platform, whatever is still going on", async () => {
      await using guest = await start("setInterval(() => {}, 1000); exports.handler = async () => 1");
      await guest.ready();
      await guest.call({});
      guest.hangUp();
      assert.deepEqual(await guest.exited, { code: 0, signal: null });
      assert.deepEqual(guest.events(), []);
    });
  });
}
