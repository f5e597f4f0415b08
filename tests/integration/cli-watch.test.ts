/** `lambkin deploy --watch`: every save is live, soon, and none is missed. */
import assert from "node:assert/strict";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { type RunningCli, startLambkin } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { invoke } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const answering = (value: string): string => `export const handler = async () => ${JSON.stringify(value)};`;

async function folderOf(name: string): Promise<string> {
  const folder = path.join(await temporaryFolder(), name);
  await mkdir(folder);
  await writeFile(path.join(folder, "index.mjs"), answering("first"));
  return folder;
}

async function watching(url: string, folder: string): Promise<RunningCli> {
  const running = startLambkin(url, ["deploy", folder, "--watch", "--json"]);
  await running.shows(/"event":"deployed"/);
  return running;
}

interface Live {
  readonly event: string;
  readonly liveMs: number;
  readonly changed: readonly string[];
  readonly codeSha256: string;
}

function livesOf(running: RunningCli): Live[] {
  const lines = running.stdout().split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Live).filter(({ event }) => event === "live");
}

async function untilAnswers(client: LambdaClient, name: string, value: unknown): Promise<void> {
  await waitFor(`${name} to answer ${value}`, async () => {
    const { payload } = await invoke(client, name);
    return payload === value || undefined;
  });
}

async function end(running: RunningCli): Promise<void> {
  running.child.kill("SIGINT");
  assert.equal(await running.ended, 0);
  assert.equal(running.stderr(), "");
}

describe("lambkin deploy --watch", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  it("makes a save live, and says how long it took", async (t) => {
    const folder = await folderOf("saved");
    const running = await watching(server.url, folder);
    for (let n = 1; n <= 5; n++) {
      await writeFile(path.join(folder, "index.mjs"), answering(`save ${n}`));
      await waitFor("the line", () => livesOf(running).length === n || undefined);
      // What is said to be live is what answers: no waiting here.
      assert.equal((await invoke(client, "saved")).payload, `save ${n}`);
    }
    const lives = livesOf(running);
    assert.deepEqual(lives[0]?.changed, ["index.mjs"]);
    t.diagnostic(`live after ${lives.map(({ liveMs }) => liveMs).join(", ")} ms`);
    await end(running);
  });

  it("sees files that are replaced, come, go, and lie in new folders", async () => {
    const folder = await folderOf("moving");
    const running = await watching(server.url, folder);
    const aside = path.join(path.dirname(folder), "aside.mjs");
    await writeFile(aside, answering("replaced"));
    await rename(aside, path.join(folder, "index.mjs"));
    await untilAnswers(client, "moving", "replaced");
    await mkdir(path.join(folder, "a/b"), { recursive: true });
    await writeFile(path.join(folder, "a/b/word.mjs"), "export const word = 'deep';");
    await writeFile(
      path.join(folder, "index.mjs"),
      "export const handler = async () => (await import('./a/b/word.mjs').catch(() => ({ word: 'gone' }))).word;",
    );
    await untilAnswers(client, "moving", "deep");
    await writeFile(path.join(folder, "a/b/word.mjs"), "export const word = 'deeper';");
    await untilAnswers(client, "moving", "deeper");
    await rm(path.join(folder, "a"), { recursive: true });
    await untilAnswers(client, "moving", "gone");
    await end(running);
  });

  it("misses none of many saves that come while others are on their way", async () => {
    const folder = await folderOf("hasty");
    const running = await watching(server.url, folder);
    for (let n = 1; n <= 100; n++) await writeFile(path.join(folder, "index.mjs"), answering(`hasty ${n}`));
    await untilAnswers(client, "hasty", "hasty 100");
    await end(running);
  });

  it("leaves alone what does not belong, and what was saved without a change", async () => {
    const folder = await folderOf("quiet");
    const running = await watching(server.url, folder);
    await writeFile(path.join(folder, "index.mjs"), answering("first"));
    await mkdir(path.join(folder, "__pycache__"));
    await writeFile(path.join(folder, "__pycache__/x.pyc"), "x");
    await writeFile(path.join(folder, "index.mjs"), answering("second"));
    await untilAnswers(client, "quiet", "second");
    await waitFor("the line", () => livesOf(running).length > 0 || undefined);
    assert.equal(livesOf(running).length, 1);
    await end(running);
  });

  it("follows .lambkinignore", async () => {
    const folder = await folderOf("choosy");
    await writeFile(path.join(folder, "word.mjs"), "export const word = 'there';");
    await writeFile(
      path.join(folder, "index.mjs"),
      "export const handler = () => import('./word.mjs').then(({ word }) => word, () => 'ignored');",
    );
    const running = await watching(server.url, folder);
    await untilAnswers(client, "choosy", "there");
    await writeFile(path.join(folder, ".lambkinignore"), "word.*\n");
    await untilAnswers(client, "choosy", "ignored");
    await rm(path.join(folder, ".lambkinignore"));
    await untilAnswers(client, "choosy", "there");
    await writeFile(path.join(folder, "word.mjs"), "export const word = 'watched again';");
    await untilAnswers(client, "choosy", "watched again");
    await end(running);
  });

  it("follows lambkin.json, and says what is wrong with it without ending", async () => {
    const folder = await folderOf("settled");
    const running = startLambkin(server.url, ["deploy", folder, "--watch"]);
    await running.shows(/watching /);
    await writeFile(path.join(folder, "lambkin.json"), '{"memory":"much"}');
    await running.shows(/not deployed: .*"memory" must be a whole number/);
    await writeFile(
      path.join(folder, "index.mjs"),
      "export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;",
    );
    await writeFile(path.join(folder, "lambkin.json"), '{"memory":192}');
    await untilAnswers(client, "settled", "192");
    // Somebody else's settings stay where the file says nothing of them.
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "settled", Timeout: 20 }));
    await writeFile(path.join(folder, "index.mjs"), answering("again"));
    await untilAnswers(client, "settled", "again");
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
  });
});

describe("lambkin deploy --watch and a server that goes", () => {
  it("brings what was saved meanwhile when the server is back, even with nothing left of it", async () => {
    const dataDir = await temporaryFolder();
    const folder = await folderOf("lasting");
    let server = await spawnServer(dataDir);
    const { port } = new URL(server.url);
    const running = startLambkin(server.url, ["deploy", folder, "--watch"]);
    await running.shows(/watching /);
    const complaints = (): number => running.stderr().split("not deployed: No server answers").length - 1;
    for (const [round, where] of [dataDir, await temporaryFolder()].entries()) {
      server.child.kill("SIGKILL");
      await server.exited;
      await writeFile(path.join(folder, "index.mjs"), answering(`round ${round}`));
      await waitFor("the complaint", () => complaints() > round || undefined);
      server = await spawnServer(where, { LAMBKIN_PORT: port });
      const client = lambdaClient(server.url, { maxAttempts: 3 });
      await waitFor("the function", () => invoke(client, "lasting").catch(() => undefined));
      await untilAnswers(client, "lasting", `round ${round}`);
    }
    assert.equal(complaints(), 2, "it is said once for each time");
    running.child.kill("SIGINT");
    assert.equal(await running.ended, 0);
    server.child.kill("SIGTERM");
    await server.exited;
  });
});
