/** `lambkin top`: the picture, its JSON, and a terminal that is given back as it was. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { type LambdaClient, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import { LAMBKIN, lambkin, type RunningCli, startInTerminal, startLambkin } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const SLEEPER =
  "exports.handler = (event) => new Promise((done) => setTimeout(() => done('done'), event.ms ?? 0))";
const ENTER = "\u001b[?1049h";
const LEAVE = "\u001b[?25h\u001b[?1049l";

describe("lambkin top", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "sleeper", nodeZip(SLEEPER), NODE);
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "sleeper", ReservedConcurrentExecutions: 2 }),
    );
    await invoke(client, "sleeper");
  });
  after(() => server.stop());

  it("prints functions and environments once, also where there is no terminal", async () => {
    for (const args of [["top", "--once"], ["top"]]) {
      const { code, stdout } = await lambkin(server.url, args);
      assert.equal(code, 0);
      assert.match(stdout, /^1 environment {3}\S 1 (idle|frozen) {3}in flight 0 of 1000$/m);
      assert.match(stdout, /^FUNCTION +IN FLIGHT +RESERVED +THROTTLES +ENVIRONMENTS$/m);
      assert.match(stdout, /^sleeper +0 +(2|-) +0 +\S$/m);
      assert.match(
        stdout,
        /^[0-9a-f]{12} +sleeper +\$LATEST +\S (idle|frozen) +\d+s +\d+s +1 +\d+\/128 MB +on-demand$/m,
      );
    }
    const elsewhere = await lambkin(server.url, ["top", "--once", "--region", "eu-west-1"]);
    assert.match(elsewhere.stdout, /us-east-1\/sleeper/);
  });

  it("prints JSON once, or a line for each change", async () => {
    const once = JSON.parse((await lambkin(server.url, ["top", "--once", "--json"])).stdout);
    assert.equal(once.environments[0].functionName, "sleeper");
    const running = startLambkin(server.url, ["top", "--json"]);
    await waitFor("the first line", () => running.stdout().includes("\n") || undefined);
    const call = invoke(client, "sleeper", { ms: 400 });
    await running.shows(/"state":"busy"/);
    await call;
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
    for (const line of running.stdout().trim().split("\n")) {
      assert.equal(JSON.parse(line).environments.length, 1);
    }
  });

  it("shows calls that meet their limit, and gives the terminal back with q", async () => {
    const running = startInTerminal(server.url, [LAMBKIN, "top"]);
    await running.shows(/lambkin top/);
    const calls = Array.from({ length: 10 }, () =>
      invoke(client, "sleeper", { ms: 1000 }).catch(() => "throttled"),
    );
    await running.shows(/■ busy/);
    await running.shows(/in flight 2 of 1000/);
    await Promise.all(calls);
    await waitFor("eight throttles", () => /sleeper +0 +2 +8 /.test(lastPicture(running)) || undefined);
    running.child.stdin?.write("q");
    assert.equal(await running.ended, 0);
    leftClean(running);
    for (const line of lastPicture(running).split("\n")) assert.ok(line.trimEnd().length < 100, line);
  });

  it("gives the terminal back with Ctrl-C", async () => {
    const typed = startInTerminal(server.url, [LAMBKIN, "top"]);
    await typed.shows(/lambkin top/);
    typed.child.stdin?.write("\u0003");
    assert.equal(await typed.ended, 0);
    leftClean(typed);
  });

  it("waits for a server that goes away, and says so", async () => {
    const other = await startTestServer();
    const running = startInTerminal(other.url, [LAMBKIN, "top"]);
    await running.shows(/in flight 0 of 1000/);
    await other.stop();
    await running.shows(/the server is away/);
    running.child.stdin?.write("q");
    assert.equal(await running.ended, 0);
    leftClean(running);
  });
});

/** What the terminal shows at the end, without colours. */
function lastPicture(running: RunningCli): string {
  const picture = running.stdout().split("\u001b[H").at(-1) ?? "";
  return stripVTControlCharacters(picture).replaceAll("\r", "");
}

function leftClean(running: RunningCli): void {
  const text = running.stdout();
  assert.equal(text.split(ENTER).length - 1, 1);
  assert.equal(text.split(LEAVE).length - 1, 1);
  assert.ok(text.lastIndexOf(LEAVE) > text.lastIndexOf("\u001b[H"), "nothing is drawn after it");
}
