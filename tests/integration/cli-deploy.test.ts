/** `lambkin deploy`: folders become functions, and only what differs is changed. */
import assert from "node:assert/strict";
import { chmod, mkdir, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { unzipSync } from "fflate";
import { type CliOptions, LAMBKIN, lambkin, startInTerminal } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

let server: TestServer;
let client: LambdaClient;

before(async () => {
  server = await startTestServer();
  client = lambdaClient(server.url);
});
after(() => server.stop());

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder of that name, with what is in it. */
async function folderOf(name: string, files: Files): Promise<string> {
  const folder = path.join(await temporaryFolder(), name);
  await mkdir(folder);
  await write(folder, files);
  return folder;
}

async function write(folder: string, files: Files): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
}

interface Deployed {
  readonly functionName: string;
  readonly runtime: string;
  readonly handler: string;
  readonly codeSha256: string;
  readonly isCreated: boolean;
  readonly updated: readonly string[];
  readonly version?: string;
  readonly url?: string;
}

async function deploy(folder: string, args: readonly string[] = [], options?: CliOptions): Promise<Deployed> {
  const { code, stdout, stderr } = await lambkin(server.url, ["deploy", folder, "--json", ...args], options);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Deployed;
}

async function resultOf(name: string): Promise<unknown> {
  const { stdout, stderr } = await lambkin(server.url, ["invoke", name]);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout);
}

async function refusal(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await lambkin(server.url, ["deploy", folder, ...args]);
  assert.notEqual(code, 0);
  assert.equal(stdout, "");
  return stderr;
}

const NODE_SOURCE = "export const handler = async () => 'one';";

describe("lambkin deploy", () => {
  it("makes a folder a function that can be called at once, and says what comes next", async () => {
    const folder = await folderOf("greets-people", { "index.mjs": NODE_SOURCE });
    const { code, stdout, stderr } = await lambkin(server.url, ["deploy", folder, "--url"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^greets-people {2}created \(nodejs26\.x, index\.handler\), \d+ ms\nurl {6}http:\/\/\S+\n$/,
    );
    assert.match(stderr, /next:\n {2}curl http[^\n]*\n {2}lambkin invoke greets-people/);
    assert.equal(await resultOf("greets-people"), "one");
    const url = new URL(/url +(\S+)/.exec(stdout)?.[1] ?? "");
    const answer = await lambkin(server.url, ["deploy", folder, "--url", "--json"]);
    assert.equal(JSON.parse(answer.stdout).url, url.href);
    const { port } = new URL(server.url);
    assert.equal(url.port, port);
  });

  it("guesses Python, too, and hints at packages that are missing", async () => {
    const folder = await folderOf("py", {
      "lambda_function.py": "def lambda_handler(event, context): return 'snake'",
      "requirements.txt": "requests",
    });
    const { stdout, stderr } = await lambkin(server.url, ["deploy", folder]);
    assert.match(stdout, /^py {2}created \(python3\.\d+, lambda_function\.lambda_handler\)/);
    assert.match(stderr, /requirements\.txt is there: --install/);
    assert.equal(await resultOf("py"), "snake");
  });

  it("changes nothing where nothing changed, whatever the files' times", async () => {
    const folder = await folderOf("still", { "index.mjs": NODE_SOURCE, "lib/a.mjs": "export {}" });
    const first = await deploy(folder);
    assert.equal(first.isCreated, true);
    const before = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "still" }));
    await utimes(path.join(folder, "index.mjs"), 1, 1);
    const second = await deploy(folder);
    assert.deepEqual([second.isCreated, second.updated], [false, []]);
    assert.equal(second.codeSha256, first.codeSha256);
    const after = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "still" }));
    assert.equal(after.RevisionId, before.RevisionId);
    const { stdout } = await lambkin(server.url, ["deploy", folder]);
    assert.match(stdout, /^still {2}unchanged/);
  });

  it("changes the code, the configuration, or both, as each differs", async () => {
    const folder = await folderOf("changing", { "index.mjs": NODE_SOURCE });
    await deploy(folder, ["--env", "STAYS=1", "--env", "MODE=a=b"]);
    await write(folder, { "index.mjs": "export const handler = async () => process.env.MODE;" });
    assert.deepEqual((await deploy(folder)).updated, ["code"]);
    assert.equal(await resultOf("changing"), "a=b");
    const settings = ["--memory", "256", "--timeout", "9", "--env", "MODE=new", "--description", "of ours"];
    assert.deepEqual((await deploy(folder, settings)).updated, ["configuration"]);
    assert.deepEqual((await deploy(folder, settings)).updated, []);
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "changing" }));
    assert.deepEqual(
      [now.MemorySize, now.Timeout, now.Description, now.Environment?.Variables],
      [256, 9, "of ours", { STAYS: "1", MODE: "new" }],
    );
    assert.equal(await resultOf("changing"), "new");
    await write(folder, { "index.mjs": "export const other = async () => 'other';" });
    const both = await deploy(folder, ["--handler", "index.other"]);
    assert.deepEqual(both.updated, ["code", "configuration"]);
    assert.equal(await resultOf("changing"), "other");
  });

  it("guesses again when the file that ran is gone", async () => {
    const folder = await folderOf("renamed", { "index.mjs": NODE_SOURCE });
    await deploy(folder);
    const other = await folderOf("renamed", { "app.mjs": "export const handler = async () => 'renamed';" });
    assert.deepEqual((await deploy(other)).updated, ["code", "configuration"]);
    assert.equal(await resultOf("renamed"), "renamed");
  });

  it("publishes versions, and sets layers", async () => {
    const { LayerVersionArn = "" } = await client.send(
      new PublishLayerVersionCommand({
        LayerName: "words",
        Content: {
          ZipFile: zip({ "nodejs/node_modules/words/index.js": "module.exports = 'from a layer'" }),
        },
      }),
    );
    const source = "exports.handler = async () => require('words');";
    const folder = await folderOf("layered", { "index.js": source });
    const made = await deploy(folder, ["--layer", LayerVersionArn, "--publish"]);
    assert.equal(made.version, "1");
    assert.equal(await resultOf("layered:1"), "from a layer");
    assert.deepEqual((await deploy(folder, ["--layer", LayerVersionArn])).updated, []);
  });

  it("takes its settings from lambkin.json, and typed ones before those", async () => {
    const folder = await folderOf("whatever", {
      "code.mjs": "export const go = async () => process.env.GREETING;",
      "lambkin.json": JSON.stringify({
        ...{ name: "set-by-file", runtime: "nodejs22.x", handler: "code.go", memory: 192, timeout: 7 },
        ...{ environment: { GREETING: "hello" }, url: true },
      }),
    });
    const made = await deploy(folder, ["--timeout", "8"]);
    assert.equal(made.functionName, "set-by-file");
    assert.match(made.url ?? "", /^http/);
    const now = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "set-by-file" }));
    assert.deepEqual([now.Runtime, now.MemorySize, now.Timeout], ["nodejs22.x", 192, 8]);
    assert.equal(await resultOf("set-by-file"), "hello");
  });

  it("names what is wrong in lambkin.json", async () => {
    const wrong = async (text: string): Promise<string> =>
      refusal(await folderOf("wrong", { "index.mjs": NODE_SOURCE, "lambkin.json": text }));
    assert.match(await wrong("{"), /lambkin\.json is not JSON/);
    assert.match(await wrong("[]"), /must hold an object/);
    assert.match(await wrong('{"memroy":1}'), /no setting "memroy"; there are name, runtime/);
    assert.match(await wrong('{"memory":"big"}'), /"memory" must be a whole number/);
    assert.match(await wrong('{"environment":{"A":1}}'), /"environment" must be an object of texts/);
  });

  it("says what is wrong with a folder, or with what was typed", async () => {
    assert.match(await refusal("/no/such/folder"), /is not a folder/);
    assert.match(await refusal(await folderOf("empty", {})), /There is nothing to deploy/);
    assert.match(await refusal(await folderOf("notes", { "a.md": "" })), /--runtime and --handler/);
    const folder = await folderOf("typed", { "index.mjs": NODE_SOURCE });
    assert.match(await refusal(folder, "--env", "NOVALUE"), /--env takes NAME=value/);
    assert.match(await refusal(folder, "--memory", "much"), /whole number/);
    assert.match(await refusal(folder, "--memory", "1"), /^lambkin: \w+Exception: /);
    assert.match(await refusal(folder, "--watch", "--publish"), /--watch would publish/);
    assert.match(await refusal(folder, "--install"), /--install is for Python/);
  });

  it("leaves out what does not belong, keeps links and modes, and brings what links lead away to", async () => {
    const folder = await folderOf("mixed", {
      ...{ "index.mjs": NODE_SOURCE, "node_modules/pkg/cli.js": "", "sub/keep.txt": "", "sub/drop.log": "" },
      ...{
        ".git/HEAD": "",
        "__pycache__/x.pyc": "",
        ".env": "SECRET=1",
        "notes/a.md": "",
        "lambkin.json": "{}",
      },
      ".lambkinignore": "*.log\n/notes/\n",
    });
    const outside = await folderOf("outside", { "shared.mjs": "export {}", "deep/er.mjs": "" });
    await chmod(path.join(folder, "node_modules/pkg/cli.js"), 0o755);
    await mkdir(path.join(folder, "node_modules/.bin"));
    await symlink("../pkg/cli.js", path.join(folder, "node_modules/.bin/cli"));
    await symlink(outside, path.join(folder, "node_modules/shared"));
    await symlink(path.join(folder, "sub"), path.join(outside, "back"));
    await symlink(outside, path.join(outside, "loop"));
    await symlink("/no/such/file", path.join(folder, "broken"));
    await deploy(folder);
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName: "mixed" }));
    const archive = new Uint8Array(await (await fetch(Code?.Location ?? "")).arrayBuffer());
    const modes = new Map<string, number>();
    // The directory of a zip, read by somebody else's code.
    const files = unzipSync(archive);
    for (const name of Object.keys(files)) modes.set(name, modeIn(archive, name));
    assert.deepEqual([...modes.keys()].sort(), [
      ...["index.mjs", "node_modules/.bin/cli", "node_modules/pkg/cli.js"],
      ...["node_modules/shared/back", "node_modules/shared/deep/er.mjs", "node_modules/shared/shared.mjs"],
      "sub/keep.txt",
    ]);
    assert.equal(modes.get("index.mjs"), 0o100644);
    assert.equal(modes.get("node_modules/pkg/cli.js"), 0o100755);
    assert.equal(modes.get("node_modules/.bin/cli"), 0o120777);
    assert.equal(Buffer.from(files["node_modules/.bin/cli"] ?? "").toString(), "../pkg/cli.js");
    assert.equal(await resultOf("mixed"), "one");
  });

  it("brings the packages of requirements.txt, once for the same list", async (t) => {
    const wheel = zip({
      "tiny_words/__init__.py": "WORD = 'from a package'",
      "tiny_words-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny-words\nVersion: 1.0\n",
      "tiny_words-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
      "tiny_words-1.0.dist-info/RECORD": "",
    });
    const wheels = await folderOf("wheels", { "tiny_words-1.0-py3-none-any.whl": wheel });
    const folder = await folderOf("packaged", {
      "lambda_function.py": "import tiny_words\ndef lambda_handler(event, context): return tiny_words.WORD",
      "requirements.txt": `--no-index\n--find-links ${wheels}\ntiny-words==1.0\n`,
    });
    const env = { XDG_CACHE_HOME: await temporaryFolder() };
    const first = await lambkin(server.url, ["deploy", folder, "--install", "--json"], { env });
    if (/python3 with pip/.test(first.stderr)) return t.skip("python3 has no pip here");
    assert.equal(first.code, 0, first.stderr);
    assert.equal(await resultOf("packaged"), "from a package");
    assert.deepEqual((await deploy(folder, ["--install"], { env })).updated, []);
    await write(folder, { "requirements.txt": `--no-index\n--find-links ${wheels}\nno-such==1\n` });
    assert.match(
      await refusal(folder, "--install"),
      /pip could not install requirements\.txt:\n[\s\S]*no-such/,
    );
  });

  it("shows a bar in a terminal while much is sent", async () => {
    const noise = Buffer.alloc(8 * 1024 * 1024);
    for (let at = 0; at < noise.length; at += 4) noise.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
    const folder = await folderOf("large", { "index.mjs": NODE_SOURCE, "noise.bin": noise });
    const running = startInTerminal(server.url, [LAMBKIN, "deploy", folder]);
    assert.equal(await running.ended, 0, running.stdout());
    assert.match(running.stdout(), /large {2}created|large\S* {2}created/);
    assert.match(running.stdout(), /[█░]+ +\d+ % |uploading|compressing/);
  });
});

/** From the central directory: external attributes, upper half. */
function modeIn(archive: Uint8Array, name: string): number {
  const bytes = Buffer.from(archive);
  for (let at = bytes.indexOf("PK\x01\x02"); at >= 0; at = bytes.indexOf("PK\x01\x02", at + 4)) {
    const length = bytes.readUInt16LE(at + 28);
    if (bytes.toString("utf8", at + 46, at + 46 + length) === name) return bytes.readUInt16LE(at + 40);
  }
  throw new Error(`${name} is not in the archive`);
}
