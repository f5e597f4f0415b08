/**
 * The Python bootstrap against the wire, on every Python that this machine has. One long file, because every case runs once per
 * Python inside one loop.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { ARN, findPythons, type Guest, PYTHON_BOOTSTRAP, startGuest } from "./bootstrap-harness.ts";

const ISO_MS = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

for (const { version, program } of findPythons()) {
  describe(`Python ${version} bootstrap`, { concurrency: 2 }, () => {
    if (program === undefined) {
      it("runs functions", (t) => t.skip(`Python ${version} is not on this machine`));
      return;
    }

    const start = (
      source: string,
      {
        handler = "app.handler",
        files = {},
        variables = {},
        ...other
      }: Partial<Parameters<typeof startGuest>[0]> = {},
    ): Promise<Guest> =>
      startGuest({
        program: other.program ?? program,
        bootstrap: PYTHON_BOOTSTRAP,
        handler,
        files: { "app.py": source, ...files },
        variables,
      });

    it("answers events with the handler's result as JSON", async () => {
      await using guest = await start("def handler(event, context): return event");
      await guest.ready();
      for (const event of [null, 1.5, "ü", [], { a: { b: [true, null] } }]) {
        assert.deepEqual(await guest.call(event), event);
      }
    });

    it("takes frames that come in pieces, or several at once, and events of 6 MB", async () => {
      await using guest = await start(
        "def handler(event, context): return event if len(event) < 99 else len(event)",
      );
      await guest.ready();
      const big = "x".repeat(6 * 1024 * 1024);
      assert.equal(await guest.call(big), big.length);
      guest.deliver("one", { requestId: "r1" });
      guest.deliver("two", { requestId: "r2" });
      assert.equal((await guest.frame()).requestId, "r1");
      assert.equal((await guest.frame()).payload.toString(), '"two"');
      const meta = Buffer.from(JSON.stringify({ requestId: "r3", deadlineMs: 0, invokedFunctionArn: ARN }));
      const head = Buffer.from([0, 0, 0, 5 + meta.length + 3, 1, 0, 0, 0, meta.length]);
      // An unknown frame type is passed over; then an invocation byte by byte.
      for (const byte of Buffer.concat([Buffer.from([0, 0, 0, 2, 99, 7]), head, meta, Buffer.from('"3"')])) {
        guest.write(Buffer.from([byte]));
      }
      assert.equal((await guest.frame()).payload.toString(), '"3"');
    });

    it("sends back responses of 6 MB, and bytes as they are", async () => {
      await using guest = await start(
        "def handler(e, c): return b'\\x00\\xff' if e == 'raw' else 'y' * (6 << 20)",
      );
      await guest.ready();
      assert.equal((await guest.invoke({})).payload.length, (6 << 20) + 2);
      assert.deepEqual((await guest.invoke("raw")).payload, Buffer.from([0, 0xff]));
    });

    it("writes decimals digit by digit and escapes as this version does on AWS", async () => {
      await using guest = await start(
        "from decimal import Decimal\ndef handler(e, c): return {'d': [Decimal('1.10'), Decimal('9' * 30)], 'n': Decimal('nan'), 'u': 'ü\\ud800'}",
      );
      await guest.ready();
      const umlaut = Number(version.split(".")[1]) >= 12 ? "ü" : "\\u00fc";
      assert.equal(
        (await guest.invoke({})).payload.toString(),
        `{"d": [1.10, ${"9".repeat(30)}], "n": NaN, "u": "${umlaut}\\ud800"}`,
      );
    });

    for (const [title, handler, source, errorType, errorMessage, stackTrace] of [
      [
        "a module that is missing",
        "nope.h",
        "",
        "Runtime.ImportModuleError",
        "Unable to import module 'nope': No module named 'nope'",
        [],
      ],
      [
        "a module's own missing import",
        "app.h",
        "import nothing_here",
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'nothing_here'",
        [],
      ],
      [
        "a missing module in a folder",
        "a/b.h",
        "",
        "Runtime.ImportModuleError",
        "Unable to import module 'a/b': No module named 'a'",
        [],
      ],
      [
        "a missing function",
        "app.h",
        "x = 1",
        "Runtime.HandlerNotFound",
        "Handler 'h' missing on module 'app'",
        [],
      ],
      [
        "a handler without a dot",
        "app",
        "",
        "Runtime.MalformedHandlerName",
        "Bad handler 'app': not enough values to unpack (expected 2, got 1)",
        [],
      ],
      [
        "a built-in module's name",
        "sys.h",
        "",
        "Runtime.BuiltInModuleConflict",
        "Cannot use built-in module sys as a handler module",
        [],
      ],
    ] as const) {
      it(`reports ${title} and exits`, async () => {
        await using guest = await start(source, { handler });
        const { name, errorType: wireType, payload } = await guest.frame();
        assert.deepEqual([name, wireType], ["initError", errorType]);
        assert.equal(
          JSON.stringify(JSON.parse(payload.toString())),
          JSON.stringify({ errorMessage, errorType, requestId: "", stackTrace }),
        );
        assert.deepEqual(await guest.exited, { code: 1, signal: null });
        const [warning, error] = guest.events();
        assert.match(
          warning ?? "",
          new RegExp(`^\\[WARNING\\]\t${ISO_MS}\t\tLAMBDA_WARNING: Unhandled exception\\.`),
        );
        assert.equal(error, `[ERROR] ${errorType}: ${errorMessage}\rTraceback (most recent call last):`);
      });
    }

    it("reports a syntax error with its place", async () => {
      await using guest = await start("x = 1\ndef broken(:\n  pass");
      const document = JSON.parse((await guest.frame()).payload.toString()) as Record<string, unknown>;
      assert.equal(document["errorType"], "Runtime.UserCodeSyntaxError");
      assert.match(
        String(document["errorMessage"]),
        /^Syntax error in module 'app': invalid syntax.* \(app\.py, line 2\)$/,
      );
      assert.deepEqual(document["stackTrace"], [
        `  File "${guest.folder}/app.py" Line 2\n    def broken(:\n`,
      ]);
    });

    it("reports what a module raises while it is loaded, with its frames", async () => {
      await using guest = await start(
        "import threading\nthreading.Thread(target=threading.Event().wait).start()\nraise ValueError('early')",
      );
      const { errorType, payload } = await guest.frame();
      const document = JSON.parse(payload.toString()) as { errorMessage: string; stackTrace: string[] };
      assert.deepEqual([errorType, document.errorMessage], ["ValueError", "early"]);
      assert.equal(
        document.stackTrace.at(-1),
        `  File "${guest.folder}/app.py", line 3, in <module>\n    raise ValueError('early')\n`,
      );
      assert.ok(!document.stackTrace.some((frame) => frame.includes("lambkin_runtime")));
      // A thread that never ends does not keep the failed environment.
      assert.equal((await guest.exited).code, 1);
    });

    it("loads handlers from folders, and a function's module of any name before its own", async () => {
      const files = {
        "a/b/mod.py":
          "import client, loop, bootstrap, lambda_context\ndef f(e, c): return [client.X, loop.X, bootstrap.X, __name__]",
        "client.py": "X = 1",
        "loop.py": "X = 2",
        "bootstrap.py": "X = 3",
        "lambda_context.py": "",
      };
      await using guest = await start("", { handler: "a/b/mod.f", files });
      await guest.ready();
      assert.deepEqual(await guest.call({}), [1, 2, 3, "a.b.mod"]);
    });

    it("searches the function, layers, Python's own folders, and its own folder last", async () => {
      await using guest = await start("import sys\ndef handler(e, c): return sys.path");
      await guest.ready();
      const found = (await guest.call({})) as string[];
      assert.deepEqual(found.slice(0, 3), [
        guest.folder,
        `/opt/python/lib/python${version}/site-packages`,
        "/opt/python",
      ]);
      assert.ok(found.at(-1)?.endsWith("/runtimes/python"));
      assert.equal(new Set(found).size, found.length);
    });

    it("finds the interpreter's packages, without the code that .pth files hang into every start", async (context) => {
      const venv = await mkdtemp(path.join(tmpdir(), "venv-"));
      context.after(() => rm(venv, { recursive: true, force: true }));
      execFileSync(program, ["-m", "venv", "--without-pip", venv]);
      const packages = path.join(venv, `lib/python${version}/site-packages`);
      await writeFile(path.join(packages, "installed.py"), "X = 7");
      await writeFile(path.join(packages, "hook.pth"), "import sys; sys.hooked = True\n");
      const source =
        "import sys, installed\ndef handler(e, c): return [installed.X, hasattr(sys, 'hooked'), callable(exit)]";
      await using guest = await start(source, { program: path.join(venv, "bin/python") });
      await guest.ready();
      assert.deepEqual(await guest.call({}), [7, false, true]);
    });

    it("finds layers where the platform says they are, and keeps that from the function", async () => {
      await using guest = await start(
        "import os, sys\ndef handler(e, c): return [sys.path[2], '_LAMBKIN_LAYERS' in os.environ]",
        { variables: { _LAMBKIN_LAYERS: "/somewhere" } },
      );
      await guest.ready();
      assert.deepEqual(await guest.call({}), ["/somewhere/python", false]);
    });

    it("keeps the standard library's logging and tracebacks from a function's files of the same names", async () => {
      const files = {
        "token.py": "raise SystemExit(9)",
        "string.py": "raise SystemExit(9)",
        "traceback.py": "raise SystemExit(9)",
      };
      await using guest = await start(
        "import logging\ndef handler(e, c):\n  logging.error('fine')\n  raise KeyError('k')",
        { files },
      );
      await guest.ready();
      assert.deepEqual(((await guest.call({})) as { errorType: string }).errorType, "KeyError");
      await guest.event(/fine$/);
    });

    it("reads and writes JSON as the package json does, without having it loaded, and gives it to who imports it", async () => {
      await using guest = await start(
        `import sys
had = "json" in sys.modules
import json
def handler(e, c):
    if e == "again":
        x = []
        x.append(x)
        return {"x": x}
    if e == "who":
        return [had, json.__file__.endswith("app.py")]
    return [json.dumps(e, ensure_ascii=sys.version_info < (3, 12)), e]
`,
        { files: { "json.py": "raise SystemExit(9)" } },
      );
      await guest.ready();
      assert.deepEqual(await guest.call("who"), [false, false]);
      for (const text of [
        ' \r\n\t{"a": [1, 2.50, -0.0, 1e400, "\\ud83d\\ude00 \\u0000 ü"], "a": {}} \n',
        "NaN",
        "[Infinity, -Infinity, 123456789012345678901234567890]",
      ]) {
        const reply = (await guest.invoke(Buffer.from(text))).payload.toString();
        // What the package makes of it, as a string; then what the runtime made of it.
        const [, dumped = "", own = ""] = /^\[("(?:[^"\\]|\\.)*"), (.*)\]$/s.exec(reply) ?? [];
        assert.equal(own, JSON.parse(dumped));
      }
      for (const bad of ["", "{} {}", "\ufeff1", "[1,]"]) {
        assert.match(
          (await guest.invoke(Buffer.from(bad))).payload.toString(),
          /"Unable to unmarshal input: /,
        );
      }
      // What fails to be written leaves nothing behind that the next result could be taken for.
      for (let n = 0; n < 3; n++) {
        assert.match((await guest.invoke("again")).payload.toString(), /Circular reference detected/);
        assert.deepEqual(await guest.call([n]), [`[${n}]`, [n]]);
      }
    });

    it("reports exceptions with AWS's keys and only the function's frames", async () => {
      await using guest = await start(
        "def inner():\n    raise KeyError('k')\ndef handler(e, c):\n    inner()",
      );
      await guest.ready();
      const { name, errorType, requestId, payload } = await guest.invoke({});
      assert.deepEqual([name, errorType], ["error", "KeyError"]);
      const frames = [
        ["4", "handler", "inner()"],
        ["2", "inner", "raise KeyError('k')"],
      ].map(
        ([line, where, code]) => `  File "${guest.folder}/app.py", line ${line}, in ${where}\n    ${code}\n`,
      );
      assert.equal(
        JSON.stringify(JSON.parse(payload.toString())),
        JSON.stringify({ errorMessage: "'k'", errorType: "KeyError", requestId, stackTrace: frames }),
      );
      const hard = "\u00a0";
      const logged = frames.map((frame) =>
        frame
          .trimEnd()
          .replace("\n    ", `\r${hard.repeat(4)}`)
          .replace("  File", `${hard}${hard}File`),
      );
      assert.equal(
        await guest.event(/^\[ERROR\]/),
        `[ERROR] KeyError: 'k'\rTraceback (most recent call last):\r${logged.join("\r")}`,
      );
    });

    it("survives errors that cannot be described, too deep recursion, and results without JSON", async () => {
      await using guest = await start(`
class Mute(Exception):
    def __str__(self): raise RuntimeError("no text")
def deep(): return deep()
def handler(e, c):
    if e == "mute": raise Mute()
    if e == "deep": deep()
    if e == "surrogate": raise ValueError("\\ud800")
    if e == "circular":
        x = []
        x.append(x)
        return x
    return {"a": {1, 2}}
`);
      await guest.ready();
      const failure = async (event: unknown): Promise<readonly unknown[]> => {
        const document = (await guest.call(event)) as Record<string, unknown>;
        return [document["errorType"], document["errorMessage"]];
      };
      assert.deepEqual(await failure("mute"), ["Mute", "<unprintable Mute object>"]);
      assert.equal((await failure("deep"))[0], "RecursionError");
      assert.deepEqual(await failure("surrogate"), ["ValueError", "\ud800"]);
      assert.deepEqual(await failure("set"), [
        "Runtime.MarshalError",
        "Unable to marshal response: Object of type set is not JSON serializable",
      ]);
      assert.deepEqual(await failure("circular"), [
        "Runtime.MarshalError",
        "Unable to marshal response: Circular reference detected",
      ]);
    });

    it("reports events and client contexts that are not JSON", async () => {
      await using guest = await start("def handler(e, c): return 1");
      await guest.ready();
      const [event, context, identity] = [
        await guest.invoke(Buffer.from("{nope")),
        await guest.invoke(1, { clientContext: "{" }),
        await guest.invoke(1, { cognitoIdentity: "[]" }),
      ];
      assert.equal(event.errorType, "Runtime.UnmarshalError");
      assert.match(
        event.payload.toString(),
        /"Unable to unmarshal input: Expecting property name enclosed in double quotes/,
      );
      assert.equal(context.errorType, "Runtime.LambdaContextUnmarshalError");
      assert.match(context.payload.toString(), /"Unable to parse Client Context JSON: /);
      assert.match(identity.payload.toString(), /"Unable to parse Cognito Identity JSON: /);
      assert.equal(await guest.call(1), 1);
    });

    for (const [title, statement, code, signal] of [
      ["sys.exit", "import sys; sys.exit(7)", 7, null],
      ["sys.exit without a status", "import sys; sys.exit()", 0, null],
      ["an interrupt", "raise KeyboardInterrupt()", null, "SIGINT"],
      ["another BaseException", "raise BaseException('x')", 1, null],
    ] as const) {
      it(`ends with the process on ${title} in a handler`, async () => {
        await using guest = await start(`def handler(e, c):\n    print("last", end="")\n    ${statement}`);
        await guest.ready();
        guest.deliver({});
        assert.deepEqual(await guest.exited, { code, signal });
        assert.ok(guest.events()[0]?.startsWith("last"));
      });
    }

    it("gives handlers the whole context", async () => {
      await using guest = await start(`
def handler(event, context):
    client = context.client_context
    known = {k: v for k, v in vars(context).items() if isinstance(v, (str, type(None)))}
    left = context.get_remaining_time_in_millis()
    context.log("two\\nlines")
    return {"known": known, "left": left, "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
            "client": client and [client.custom, client.env, client.client and [client.client.app_title, client.client.installation_id]],
            "shown": repr(context)}
`);
      await guest.ready();
      const requestId = "8a7d0a4e-0000-4000-8000-000000000000";
      const clientContext = '{"custom":{"a":"b"},"env":{"l":"d"},"client":{"app_title":"t"}}';
      const cognitoIdentity = '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}';
      const full = (await guest.call(
        {},
        { requestId, tenantId: "t1", clientContext, cognitoIdentity, deadlineMs: 1 },
      )) as Record<string, unknown>;
      assert.deepEqual(full["known"], {
        aws_request_id: requestId,
        log_group_name: "/aws/lambda/thing",
        log_stream_name: "2026/01/01/[$LATEST]00",
        function_name: "thing",
        memory_limit_in_mb: "128",
        function_version: "$LATEST",
        invoked_function_arn: ARN,
        tenant_id: "t1",
      });
      assert.deepEqual([full["left"], full["identity"]], [0, ["i", "p"]]);
      assert.deepEqual(full["client"], [{ a: "b" }, { l: "d" }, ["t", null]]);
      assert.match(
        String(full["shown"]),
        new RegExp(`^LambdaContext\\(\\[aws_request_id=${requestId},.*ClientContext.*CognitoIdentity`),
      );
      assert.equal(await guest.event(/^two/), "two\nlines");
      const bare = (await guest.call({}, { deadlineMs: Date.now() + 60_000 })) as Record<string, unknown>;
      assert.deepEqual([bare["client"], bare["identity"]], [null, [null, null]]);
      assert.ok(Number(bare["left"]) > 1000 && Number(bare["left"]) <= 60_000);
    });

    it("sets the trace variable for each invocation and removes it where there is none", async () => {
      await using guest = await start(
        "import os\ndef handler(e, c): return os.environ.get('_X_AMZN_TRACE_ID')",
      );
      await guest.ready();
      assert.equal(await guest.call({}, { traceId: "Root=1-2" }), "Root=1-2");
      assert.equal(await guest.call({}), null);
    });

    it("has a configured root logger whose records stay one event each", async () => {
      await using guest = await start(`
import logging
logging.basicConfig(level=logging.DEBUG, format="unused")
logging.warning("at init")
def handler(event, context):
    logging.info("too low")
    logging.getLogger("mine").warning("two\\nlines %d", 2)
    try: 1 / 0
    except Exception: logging.exception("failed")
    return len(logging.getLogger().handlers)
`);
      await guest.ready();
      const requestId = "8a7d0a4e-0000-4000-8000-000000000001";
      assert.equal(await guest.call({}, { requestId }), 1);
      await guest.event(/failed/);
      const [init, lines, failed, ...rest] = guest.events();
      assert.match(init ?? "", new RegExp(`^\\[WARNING\\]\t${ISO_MS}\t\tat init$`));
      assert.match(lines ?? "", new RegExp(`^\\[WARNING\\]\t${ISO_MS}\t${requestId}\ttwo\nlines 2$`));
      assert.match(
        failed ?? "",
        new RegExp(
          `^\\[ERROR\\]\t${ISO_MS}\t${requestId}\tfailed\nTraceback[^]*ZeroDivisionError: division by zero$`,
        ),
      );
      assert.deepEqual(rest, []);
    });

    it("writes JSON log lines with AWS's keys in order, from the configured level on", async () => {
      await using guest = await start(
        `
import logging
log = logging.getLogger("mine")
def handler(event, context):
    log.info("hidden")
    log.warning("plain ü", extra={"order": 7, "odd": {1}})
    try: [][1]
    except IndexError: log.exception("failed")
    raise ValueError("out")
`,
        { variables: { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "WARN" } },
      );
      await guest.ready();
      const requestId = "8a7d0a4e-0000-4000-8000-000000000002";
      await guest.invoke({}, { requestId, tenantId: "t" });
      await guest.event(/log_level/);
      const [plain = {}, failed = {}, unhandled = {}, ...rest] = guest
        .events()
        .map((event) => JSON.parse(event) as Record<string, unknown>);
      assert.deepEqual(Object.keys(plain), [
        "timestamp",
        "level",
        "message",
        "logger",
        "requestId",
        "tenantId",
        "order",
        "odd",
      ]);
      assert.match(String(plain["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      assert.deepEqual(
        [plain["level"], plain["message"], plain["order"], plain["odd"]],
        ["WARNING", "plain ü", 7, "{1}"],
      );
      assert.deepEqual(Object.keys(failed), [
        "timestamp",
        "level",
        "message",
        "logger",
        "stackTrace",
        "errorType",
        "errorMessage",
        "requestId",
        "location",
        "tenantId",
      ]);
      assert.equal(failed["location"], `${guest.folder}/app.py:handler:8`);
      assert.deepEqual(Object.keys(unhandled), [
        "timestamp",
        "log_level",
        "errorMessage",
        "errorType",
        "requestId",
        "stackTrace",
      ]);
      assert.deepEqual([unhandled["errorType"], unhandled["requestId"], rest], ["ValueError", requestId, []]);
    });

    it("has everything that was printed in the pipe before its reply, also when the pipe was full", async () => {
      await using guest = await start(
        "import sys\ndef handler(e, c):\n  print('x' * 1000000)\n  print('é\\ud800')\n  sys.stderr.write('err')\n  print('tail', end='')",
      );
      await guest.ready();
      guest.pauseLog();
      const reply = guest.invoke({});
      guest.resumeLog();
      assert.equal((await reply).payload.toString(), "null");
      await guest.invoke({});
      assert.ok((await guest.event(/^x/)).length === 1_000_000);
      await guest.event(/^é\\ud800$/);
      assert.ok(guest.events().some((event) => event.includes("tail")));
    });

    it("keeps the control socket from the programs a function starts", async () => {
      await using guest = await start(
        "import os, subprocess\ndef handler(e, c):\n  return [subprocess.call(['test', '-e', '/proc/self/fd/3'], close_fds=False), os.system('test -e /proc/self/fd/3') != 0]",
      );
      await guest.ready();
      assert.deepEqual(await guest.call({}), [1, true]);
    });

    it("ends quietly with the platform, whatever threads and exit handlers there are", async () => {
      await using guest = await start(
        "import atexit, threading\natexit.register(threading.Event().wait)\nthreading.Thread(target=threading.Event().wait).start()\ndef handler(e, c): pass",
      );
      await guest.ready();
      guest.hangUp();
      assert.deepEqual(await guest.exited, { code: 0, signal: null });
      assert.deepEqual(guest.events(), []);
    });
  });
}
