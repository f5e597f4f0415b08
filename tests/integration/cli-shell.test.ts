/** `lambkin shell` and `lambkin debug`, as people and programs use them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { LAMBKIN, lambkin, startInTerminal, startLambkin } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip } from "../../testkit/functions.ts";
import { Inspector } from "../../testkit/inspector.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const CODE = "exports.handler = async (event) => {\n  return event.n + 1;\n};\n";
const skip = existsSync("/usr/bin/perl") ? false : "there is no perl here, which leads into sandboxes";

describe("the command line inside environments", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "hello", nodeZip(CODE), { ...NODE, Timeout: 2 });
  });
  after(() => server.stop());

  it("runs one command: its output, its errors, its exit status", async () => {
    const listed = await lambkin(server.url, ["shell", "hello", "--", "ls", "-la", "/var/task"]);
    assert.equal(listed.code, 0);
    assert.match(listed.stdout, /index\.js/);
    const script = "cat; echo trouble >&2; exit 9";
    const piped = await lambkin(server.url, ["shell", "hello", "--", "sh", "-c", script], {
      input: "one line\n",
    });
    assert.deepEqual(piped, { code: 9, stdout: "one line\n", stderr: "trouble\n" });
    const typed = await lambkin(server.url, ["shell", "hello"], { input: "pwd\n" });
    assert.deepEqual(typed, { code: 0, stdout: "/var/task\n", stderr: "" });
    const killed = await lambkin(server.url, ["shell", "hello", "--", "sh", "-c", "kill -KILL $$"]);
    assert.equal(killed.code, 128 + 9);
  });

  it("says what is wrong in a sentence", async () => {
    const missing = await lambkin(server.url, ["shell", "nobody"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /There is no function nobody in us-east-1\.\n$/);
    const away = await lambkin("http://127.0.0.1:9", ["shell", "hello"]);
    assert.match(away.stderr, /No server answers/);
    const elsewhere = await lambkin(server.url, ["debug", "hello", "--region", "eu-west-1"]);
    assert.match(elsewhere.stderr, /no function hello in eu-west-1/);
  });

  it("is a terminal of the right size, in which Ctrl-C is the program's", async () => {
    const running = startInTerminal(server.url, [LAMBKIN, "shell", "hello"]);
    await running.shows(/\$ /);
    running.child.stdin?.write("stty size; exec sh\n");
    await running.shows(/30 100/);
    running.child.stdin?.write("echo begun; sleep 1000\n");
    await running.shows(/[\r\n]begun\r/);
    running.child.stdin?.write("\u0003");
    running.child.stdin?.write("echo status $?\n");
    await running.shows(/status 130/);
    running.child.stdin?.write("exit 6\n");
    assert.equal(await running.ended, 6);
  });

  it("gives the terminal back as it was", async () => {
    const command = `stty -g; ${LAMBKIN} shell hello -- true; stty -g`;
    const running = startInTerminal(server.url, ["sh", "-c", command]);
    assert.equal(await running.ended, 0);
    const [before, afterwards] = running.stdout().match(/^[0-9a-f]+(:[0-9a-f]+)+/gm) ?? [];
    assert.ok(before !== undefined);
    assert.equal(afterwards, before);
  });

  it("debug: says how to attach, and leads a debugger to the function until Ctrl-C", async () => {
    const running = startLambkin(server.url, ["debug", "hello", "--port", "0", "--root", "/tmp/code"]);
    await running.shows(/ready for calls/);
    const configuration = JSON.parse(running.stdout()) as Record<string, unknown>;
    const port = configuration["port"] as number;
    assert.deepEqual(
      { ...configuration, port: 0, skipFiles: 0 },
      {
        name: "lambkin: hello",
        request: "attach",
        type: "node",
        address: "127.0.0.1",
        port: 0,
        localRoot: "/tmp/code",
        remoteRoot: "/var/task",
        restart: true,
        skipFiles: 0,
      },
    );
    assert.match(running.stderr(), new RegExp(`chrome://inspect, Configure…, 127\\.0\\.0\\.1:${port}`));
    const inspector = await Inspector.connect(port);
    await inspector.call("Debugger.enable");
    await inspector.call("Debugger.setBreakpointByUrl", { url: "file:///var/task/index.js", lineNumber: 1 });
    const stopped = invoke(client, "hello", { n: 41 });
    await inspector.event("Debugger.paused");
    await inspector.call("Debugger.resume");
    assert.equal((await stopped).payload, 42);
    inspector.close();
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
    await waitFor("the port to be closed", () =>
      fetch(`http://127.0.0.1:${port}/json/list`).then(
        () => undefined,
        () => true,
      ),
    );
  });

  it("debug --json: a line for each thing that happens", async () => {
    const running = startLambkin(server.url, ["debug", "hello", "--port", "0", "--json"]);
    await running.shows(/"ready"/);
    const [first, second] = running
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(first.state, "started");
    assert.equal(first.language, "nodejs");
    assert.ok(first.port > 0);
    assert.deepEqual(second, { state: "ready", environment: first.environment });
    running.child.kill("SIGTERM");
    assert.equal(await running.ended, 0);
  });
});
