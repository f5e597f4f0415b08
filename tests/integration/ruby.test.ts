/** Managed Ruby: handlers, context, errors, logs, layers, each with real functions. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const RUBY = { Runtime: "ruby3.4", Handler: "app.handler" } as const;

const SOURCE = `
require "json"
require "logger"
require "stringio"
$calls = 0

def handler(event:, context:)
  $calls += 1
  case event["act"]
  when "fail" then raise ArgumentError, "as asked: ü"
  when "undefined" then nothing_of_this_name
  when "exit" then exit!(3)
  when "leave" then exit(4)
  when "sleep" then sleep 60
  when "raw" then StringIO.new("not JSON")
  when "log"
    puts "two\\nlines"
    $stdout.puts "straight"
    Logger.new($stdout).info("logged")
    "done"
  else
    { "echo" => event, "calls" => $calls, "id" => context.aws_request_id, "arn" => context.invoked_function_arn,
      "memory" => context.memory_limit_in_mb, "name" => context.function_name, "version" => context.function_version,
      "left" => context.get_remaining_time_in_millis.between?(1, 15000), "client" => context.client_context }
  end
end

module Deep
  class Greeter
    def self.greet(event:, context:) = "hello #{event["name"]}"
  end
end
`;

for (const isolation of ["auto", "process"] as const) {
  describe(`Ruby (${isolation})`, () => {
    let server: TestServer;
    let client: LambdaClient;
    let skip: string | undefined;
    before(async () => {
      server = await startTestServer({ LAMBKIN_ISOLATION: isolation });
      client = lambdaClient(server.url);
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        runtimes: Record<string, { available: boolean }>;
      };
      if (health.runtimes["ruby3.4"]?.available !== true) skip = "no Ruby on this machine";
      else await createFunction(client, "ruby", zip({ "app.rb": SOURCE }), RUBY);
    });
    after(() => server.stop());

    const withRuby = (title: string, test: () => Promise<void>): void => {
      it(title, (t) => (skip === undefined ? test() : t.skip(skip)));
    };

    withRuby("keeps its state, and gives the handler event and context", async () => {
      const first = (await invoke(client, "ruby", {})).payload as { calls: number };
      const ClientContext = Buffer.from(JSON.stringify({ custom: { a: "ü" } })).toString("base64");
      const { payload, requestId } = await invoke(client, "ruby", { ü: [1, null, 2.5] }, { ClientContext });
      assert.deepEqual(payload, {
        echo: { ü: [1, null, 2.5] },
        calls: first.calls + 1,
        id: requestId,
        arn: "arn:aws:lambda:us-east-1:000000000000:function:ruby",
        memory: "128",
        name: "ruby",
        version: "$LATEST",
        left: true,
        client: { custom: { a: "ü" } },
      });
    });

    withRuby("takes large events, and answers what is no JSON as it is", async () => {
      const text = "ä".repeat(2_000_000);
      const { payload } = await invoke(client, "ruby", { text });
      assert.equal((payload as { echo: { text: string } }).echo.text, text);
      await assert.rejects(invoke(client, "ruby", { act: "raw" }), /not JSON|Unexpected token/);
    });

    withRuby("tells errors as AWS does, and goes on", async () => {
      const { functionError, payload, log } = await invoke(client, "ruby", { act: "fail" });
      assert.equal(functionError, "Unhandled");
      const failure = payload as { errorMessage: string; errorType: string; stackTrace: string[] };
      assert.deepEqual(Object.keys(failure), ["errorMessage", "errorType", "stackTrace"]);
      assert.deepEqual([failure.errorMessage, failure.errorType], ["as asked: ü", "Function<ArgumentError>"]);
      assert.match(failure.stackTrace[0] ?? "", /app\.rb:\d+:in .*handler/);
      assert.match(log, /Error raised from handler method\n\{\n {2}"errorMessage": "as asked: ü"/);
      assert.equal((await invoke(client, "ruby")).functionError, undefined);
    });

    withRuby("ends with what is wrong in the code itself, and with exits", async () => {
      const undefinedName = await invoke(client, "ruby", { act: "undefined" });
      assert.equal((undefinedName.payload as { errorType: string }).errorType, "Function<NameError>");
      const left = await invoke(client, "ruby", { act: "leave" });
      assert.equal((left.payload as { errorType: string }).errorType, "Function<SystemExit>");
      const exited = await invoke(client, "ruby", { act: "exit" });
      assert.match((exited.payload as { errorMessage: string }).errorMessage, /exit status 3$/);
      const fresh = (await invoke(client, "ruby")).payload as { calls: number };
      assert.equal(fresh.calls, 1);
    });

    withRuby("runs methods of classes in modules, below folders", async () => {
      const code = zip({ "lib/app.rb": SOURCE });
      await createFunction(client, "deep", code, { ...RUBY, Handler: "lib/app.Deep::Greeter.greet" });
      assert.equal((await invoke(client, "deep", { name: "you" })).payload, "hello you");
    });

    withRuby("tells what keeps a handler from being loaded", async () => {
      for (const [name, files, Handler, errorType, message] of [
        ["no-file", { "x.rb": "" }, "app.handler", "Init<LoadError>", /cannot load such file -- app/],
        [
          "bad-name",
          { "app.rb": "" },
          "handler",
          "Init<ArgumentError>",
          /Invalid handler \["handler"\], must be/,
        ],
        ["bad-code", { "app.rb": "def (" }, "app.handler", "Init<SyntaxError>", /syntax error|expected/],
        ["raises", { "app.rb": "raise 'at once'" }, "app.handler", "Init<RuntimeError>", /at once/],
      ] as const) {
        await createFunction(client, name, zip(files), { ...RUBY, Handler });
        const { functionError, payload, log } = await invoke(client, name);
        assert.equal(functionError, "Unhandled");
        const failure = payload as { errorMessage: string; errorType: string };
        assert.equal(failure.errorType, errorType);
        assert.match(failure.errorMessage, message);
        assert.match(log, /START/);
      }
    });

    withRuby("has its time", async () => {
      await createFunction(client, "slow", zip({ "app.rb": SOURCE }), { ...RUBY, Timeout: 1 });
      const { payload } = await invoke(client, "slow", { act: "sleep" });
      assert.equal((payload as { errorType: string }).errorType, "Sandbox.Timedout");
    });

    withRuby("writes what is put and logged, an event each, as text or JSON", async () => {
      const { log, requestId } = await invoke(client, "ruby", { act: "log" });
      const logged = new RegExp(
        `two\\nlines\\nstraight\\nI, \\[[-T:.\\d]+ #\\d+\\]  INFO ${requestId} -- : logged\\n`,
      );
      assert.match(log, logged);
      const LoggingConfig = { LogFormat: "JSON", ApplicationLogLevel: "INFO" } as const;
      await createFunction(client, "json", zip({ "app.rb": SOURCE }), { ...RUBY, LoggingConfig });
      const json = await invoke(client, "json", { act: "log" });
      const line = json.log.split("\n").find((text) => text.includes('"logged"')) ?? "{}";
      const { timestamp, ...entry } = JSON.parse(line) as Record<string, string>;
      assert.deepEqual(entry, { level: "INFO", message: "logged", requestId: json.requestId });
      assert.match(timestamp ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    });

    withRuby("finds libraries of layers", async () => {
      const ZipFile = zip({ "ruby/lib/shared.rb": "SHARED = 'from the layer'" });
      const layer = await client.send(
        new PublishLayerVersionCommand({ LayerName: "shared", Content: { ZipFile } }),
      );
      const source = 'require "shared"\ndef handler(event:, context:) = SHARED';
      const Layers = [layer.LayerVersionArn ?? ""];
      await createFunction(client, "layered", zip({ "app.rb": source }), { ...RUBY, Layers });
      assert.equal((await invoke(client, "layered")).payload, "from the layer");
    });
  });
}
