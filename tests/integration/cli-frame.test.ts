/** The command line as such: help, exit codes, where it looks for the server, and what it says when nothing is there. */
import assert from "node:assert/strict";
import { readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { lambkin, startProgram } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const NOWHERE = "http://127.0.0.1:1027";

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const ESCAPE = /\u001b/;

describe("the command line", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  it("shows its commands, quickly", async (t) => {
    await lambkin(NOWHERE, ["--help"]);
    const startedMs = performance.now();
    const { code, stdout, stderr } = await lambkin(NOWHERE, ["--help"]);
    t.diagnostic(`lambkin --help: ${Math.round(performance.now() - startedMs)} ms`);
    assert.equal(code, 0);
    assert.equal(stderr, "");
    for (const name of ["up", "down", "status", "deploy", "invoke", "logs", "top", "usage", "doctor"]) {
      assert.match(stdout, new RegExp(`^  ${name} `, "m"));
    }
    assert.doesNotMatch(stdout, /__complete/);
    assert.equal((await lambkin(NOWHERE, [])).stdout, stdout);
    assert.equal((await lambkin(NOWHERE, ["help"])).stdout, stdout);
  });

  it("shows what a command takes", async () => {
    const { code, stdout } = await lambkin(NOWHERE, ["invoke", "--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /Usage: lambkin invoke \[options\] <function>/);
    assert.match(stdout, /--payload-file <file>/);
    assert.match(stdout, /--endpoint <url>/);
    assert.equal((await lambkin(NOWHERE, ["help", "invoke"])).stdout, stdout);
  });

  it("tells the version of the package", async () => {
    assert.match((await lambkin(NOWHERE, ["--version"])).stdout, /^\d+\.\d+\.\d+\n$/);
  });

  it("is found through a link, and by npm, from any folder and with an older Node.js in the way", async () => {
    const folder = await temporaryFolder();
    const { bin } = JSON.parse(await readFile(path.join(PROJECT, "package.json"), "utf8"));
    const link = path.join(folder, "lambkin");
    await symlink(path.join(PROJECT, bin.lambkin), link);
    await writeFile(path.join(folder, "node"), "#!/bin/sh\necho too old; exit 1\n", { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env["PATH"]}` };
    const linked = startProgram(NOWHERE, [link, "--version"], { cwd: folder, env });
    assert.equal(await linked.ended, 0);
    const byNpm = startProgram(NOWHERE, ["npm", "run", "--silent", "lambkin", "--", "--version"]);
    assert.equal(await byNpm.ended, 0, byNpm.stderr());
    assert.equal(byNpm.stdout(), linked.stdout());
  });

  it("ends with 2 when it was typed wrongly", async () => {
    for (const args of [
      ["stats"],
      ["status", "--bogus"],
      ["invoke"],
      ["status", "--endpoint", "here"],
      ["invoke", "f", "--payload", "{bad"],
      ["invoke", "f", "--payload", "{}", "--payload-file", "x"],
      ["logs", "f", "--since", "yesterday"],
      ["up", "--isolation", "magic"],
      ["completion", "fish"],
    ]) {
      const { code, stdout, stderr } = await lambkin(NOWHERE, args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.notEqual(stderr, "");
    }
    assert.match((await lambkin(NOWHERE, ["stats"])).stderr, /Did you mean status\?/);
  });

  it("says how to start a server where none answers", async () => {
    for (const args of [["status"], ["invoke", "f"], ["logs", "f"], ["top", "--once"], ["usage"], ["down"]]) {
      const { code, stdout, stderr } = await lambkin(NOWHERE, args);
      assert.equal(code, 1, args.join(" "));
      assert.equal(stdout, "");
      assert.equal(stderr, `lambkin: No server answers at ${NOWHERE}; \`lambkin up\` starts one.\n`);
    }
  });

  it("finds the server by option, by variable, and by the port of a file .env", async () => {
    const folder = await temporaryFolder();
    const { port } = new URL(server.url);
    await writeFile(path.join(folder, ".env"), `LAMBKIN_PORT=${port}\n`);
    const isThere = async (url: string, args: readonly string[], env = {}): Promise<boolean> => {
      const { code } = await lambkin(url, ["status", ...args], { cwd: folder, env });
      return code === 0;
    };
    assert.ok(await isThere(server.url, []));
    assert.ok(await isThere(NOWHERE, ["--endpoint", `${server.url}/`]));
    assert.ok(await isThere("", [], { LAMBKIN_PORT: port }));
    assert.ok(await isThere("", []));
    assert.ok(!(await isThere("", [], { LAMBKIN_PORT: "1027" })));
    assert.equal((await lambkin(NOWHERE, ["--endpoint", server.url, "status"])).code, 0);
  });

  it("shows health and functions, for people and for programs", async () => {
    await createFunction(
      lambdaClient(server.url, { region: "eu-west-1" }),
      "seen",
      nodeZip("exports.handler = async () => 1"),
      NODE,
    );
    const { stdout } = await lambkin(server.url, ["status", "--region", "eu-west-1"]);
    assert.match(stdout, /^server +Lambkin \d/m);
    assert.match(stdout, /^isolation +\w+, network: \w+, auth: open/m);
    assert.match(stdout, /^weaknesses /m);
    assert.match(stdout, /^seen +nodejs26\.x +128 MB +15 s /m);
    assert.doesNotMatch(stdout, ESCAPE);
    const answer = JSON.parse((await lambkin(server.url, ["status", "--json"])).stdout);
    assert.equal(answer.status, "ok");
    assert.deepEqual(answer.functions, []);
    const other = await lambkin(server.url, ["status", "--json"], { env: { AWS_REGION: "eu-west-1" } });
    assert.equal(JSON.parse(other.stdout).functions[0].FunctionName, "seen");
  });

  it("colours where it is told to, and never where NO_COLOR is set", async () => {
    const coloured = await lambkin(server.url, ["status"], { env: { FORCE_COLOR: "1" } });
    assert.match(coloured.stdout, ESCAPE);
    const plain = await lambkin(server.url, ["status"], { env: { NO_COLOR: "1" } });
    assert.doesNotMatch(plain.stdout, ESCAPE);
  });
});
