/** `lambkin invoke` and `lambkin logs` against a server. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { LAMBKIN, lambkin, startLambkin, startProgram } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const SOURCE = `
exports.handler = async (event) => {
  console.log("got", JSON.stringify(event));
  if (event.level) console.error(event.level);
  if (event.fail) throw new TypeError("no such thing");
  return { got: event };
};`;

const RED = "\u001b\\[31m";

const STREAMING = `
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  for (const part of ["one ", "two ", "three"]) stream.write(part);
  if (event.fail) throw new Error("in the middle");
  stream.end();
});`;

let server: TestServer;
let folder: string;

before(async () => {
  server = await startTestServer();
  folder = await temporaryFolder();
  const client = lambdaClient(server.url);
  await createFunction(client, "echo", nodeZip(SOURCE), NODE);
  await createFunction(client, "streams", nodeZip(STREAMING), NODE);
});
after(() => server.stop());

describe("lambkin invoke", () => {
  it("prints the result, and nothing else", async () => {
    const { code, stdout, stderr } = await lambkin(server.url, ["invoke", "echo", "--payload", '{"n":1}']);
    assert.deepEqual([code, stdout, stderr], [0, '{"got":{"n":1}}\n', ""]);
  });

  it("takes the event from a file, from stdin that was asked for, from a pipe, or from nowhere", async () => {
    const file = path.join(folder, "event.json");
    await writeFile(file, '{"from":"file"}');
    const { stdout } = await lambkin(server.url, ["invoke", "echo", "-f", file]);
    assert.equal(stdout, '{"got":{"from":"file"}}\n');
    const asked = await lambkin(server.url, ["invoke", "echo", "-f", "-"], { input: '{"from":"stdin"}' });
    assert.equal(asked.stdout, '{"got":{"from":"stdin"}}\n');
    const shell = async (command: string): Promise<string> => {
      const running = startProgram(server.url, ["sh", "-c", command, LAMBKIN, file]);
      assert.equal(await running.ended, 0);
      return running.stdout();
    };
    assert.equal(await shell(`echo '{"from":"pipe"}' | $0 invoke echo`), '{"got":{"from":"pipe"}}\n');
    assert.equal(await shell(`$0 invoke echo < $1`), '{"got":{"from":"file"}}\n');
    assert.equal((await lambkin(server.url, ["invoke", "echo"])).stdout, '{"got":{}}\n');
    const missing = await lambkin(server.url, ["invoke", "echo", "-f", "/no/such/file"]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /^lambkin: ENOENT: .*\/no\/such\/file/);
  });

  it("ends with 1 when the function failed, and says why", async () => {
    const failed = await lambkin(server.url, ["invoke", "echo", "-p", '{"fail":true}']);
    assert.equal(failed.code, 1);
    assert.equal(JSON.parse(failed.stdout).errorMessage, "no such thing");
    assert.equal(failed.stderr, "lambkin: The function failed (Unhandled): TypeError: no such thing\n");
    const unknown = await lambkin(server.url, ["invoke", "nobody"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /^lambkin: ResourceNotFoundException: Function not found: /);
  });

  it("shows the end of the log on stderr, or all there is as JSON", async () => {
    const tailed = await lambkin(server.url, ["invoke", "echo", "--tail"]);
    assert.equal(tailed.stdout, '{"got":{}}\n');
    assert.match(tailed.stderr, /^START RequestId: [\s\S]*\tgot \{\}\n[\s\S]*\nREPORT RequestId: /);
    const { code, stdout } = await lambkin(server.url, ["invoke", "echo:$LATEST", "--json"]);
    const answer = JSON.parse(stdout);
    assert.equal(code, 0);
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.executedVersion, "$LATEST");
    assert.deepEqual(answer.payload, { got: {} });
    assert.match(answer.log, /^START RequestId/);
    const failed = await lambkin(server.url, ["invoke", "echo", "--json", "-p", '{"fail":1}']);
    assert.equal(failed.code, 1);
    assert.equal(JSON.parse(failed.stdout).functionError, "Unhandled");
  });

  it("hands events over", async () => {
    const { code, stdout, stderr } = await lambkin(server.url, ["invoke", "echo", "--async", "-p", "{}"]);
    assert.deepEqual([code, stdout, stderr.slice(0, 22)], [0, "", "The event is accepted "]);
    assert.match(stderr, /^The event is accepted \([\w-]+\)/);
    const answer = JSON.parse((await lambkin(server.url, ["invoke", "echo", "--async", "--json"])).stdout);
    assert.equal(answer.statusCode, 202);
  });

  it("streams what is streamed", async () => {
    const whole = await lambkin(server.url, ["invoke", "streams", "--stream"]);
    assert.deepEqual([whole.code, whole.stdout], [0, "one two three"]);
    const broken = await lambkin(server.url, ["invoke", "streams", "--stream", "-p", '{"fail":true}']);
    assert.equal(broken.code, 1);
    assert.match(broken.stderr, /^lambkin: The function failed: /);
    assert.equal((await lambkin(server.url, ["invoke", "streams", "--stream", "--json"])).code, 2);
  });
});

describe("lambkin logs", () => {
  it("prints what was logged, with the pattern's choice, as text or a line of JSON for each event", async () => {
    await lambkin(server.url, ["invoke", "echo", "-p", '{"level":"ERROR of ours"}']);
    const find = async (...args: string[]): Promise<string> =>
      (await lambkin(server.url, ["logs", "echo", ...args])).stdout;
    const text = await waitFor("the log", async () => {
      const found = await find();
      return found.includes("ERROR of ours") ? found : undefined;
    });
    assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}START RequestId: /m);
    assert.match(await find("--filter", '"ERROR of ours" -got'), /^.*ERROR of ours\n$/);
    const lines = (await find("--json", "--filter", '"START RequestId"')).trim().split("\n");
    for (const line of lines) assert.match(JSON.parse(line).message, /^START/);
    assert.equal(await find("--since", "2099-01-01"), "");
    const coloured = await lambkin(server.url, ["logs", "echo"], { env: { FORCE_COLOR: "1" } });
    assert.match(coloured.stdout, new RegExp(`${RED}[^\\n]*ERROR of ours`));
  });

  it("says which function there is not", async () => {
    const { code, stderr } = await lambkin(server.url, ["logs", "nobody"]);
    assert.equal(code, 1);
    assert.match(stderr, /^lambkin: There is no function nobody in us-east-1/);
  });

  it("follows, each line once, from before the first until Ctrl-C", async () => {
    const following = startLambkin(server.url, ["logs", "later", "--follow"]);
    await following.shows(/There is no function later yet/);
    await createFunction(lambdaClient(server.url), "later", nodeZip(SOURCE), NODE);
    for (const n of [1, 2, 3]) await lambkin(server.url, ["invoke", "later", "-p", `{"n":${n}}`]);
    await following.shows(/got \{"n":3\}[\s\S]*REPORT/);
    following.child.kill("SIGINT");
    assert.equal(await following.ended, 0);
    for (const n of [1, 2, 3]) {
      assert.equal(following.stdout().split(`got {"n":${n}}`).length - 1, 1);
    }
  });

  it("ends when nobody reads any more", async () => {
    const piped = startProgram(server.url, [
      ...["bash", "-c", '"$0" logs echo --since 1h --follow | head -1; echo $PIPESTATUS', LAMBKIN],
    ]);
    // Something new has to be written into the pipe to find it broken.
    let isOver = false;
    void piped.ended.then(() => {
      isOver = true;
    });
    await waitFor("its end", async () => {
      if (!isOver) await lambkin(server.url, ["invoke", "echo"]);
      return isOver || undefined;
    });
    assert.equal(piped.stderr(), "");
    assert.match(piped.stdout(), /^[^\n]+\n0\n$/);
  });
});
