/** `lambkin up` and `down`: servers in the foreground and in the background; `doctor`, which needs none. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { describe, it } from "node:test";
import { lambkin, startLambkin } from "../../testkit/cli.ts";
import { temporaryFolder } from "../../testkit/server.ts";

const NOWHERE = "http://127.0.0.1:1027";

describe("lambkin up", () => {
  it("runs a server in the foreground, whose signals are its own", async () => {
    const folder = await temporaryFolder();
    const running = startLambkin("", ["up", "--port", "0", "--data-dir", "kept", "--parked-max", "0"], {
      cwd: folder,
    });
    await running.shows(/^Lambkin is ready at http:\/\/127\.0\.0\.1:\d+ \(data in .*\/kept\)/m);
    const url = /ready at (\S+)/.exec(running.stdout())?.[1] ?? "";
    assert.equal((await lambkin(url, ["status"])).code, 0);
    assert.ok(existsSync(path.join(folder, "kept/lambkin.db")));
    const down = await lambkin(url, ["down"]);
    assert.equal(down.code, 1);
    assert.match(down.stderr, /was not started by `lambkin up --detach`/);
    running.child.kill("SIGTERM");
    assert.equal(await running.ended, 0);
    assert.match(running.stdout(), /SIGTERM: finishing what is in flight/);
  });

  it("runs one in the background, once for a port, until down", async (t) => {
    const folder = await temporaryFolder();
    const env = { XDG_STATE_HOME: path.join(folder, "state"), LAMBKIN_PORT: "0" };
    const options = { cwd: folder, env };
    const up = await lambkin("", ["up", "--detach", "--json"], options);
    assert.equal(up.code, 0, up.stderr);
    const server = JSON.parse(up.stdout);
    t.after(() => lambkin(server.endpoint, ["down"], options));
    assert.equal(server.dataDir, path.join(folder, ".lambkin"));
    assert.match(await readFile(server.logFile, "utf8"), /ready at/);
    const { port } = new URL(server.endpoint);
    const again = await lambkin("", ["up", "-d", "--port", port], options);
    assert.equal(again.code, 1);
    assert.equal(again.stderr, `lambkin: A server is there already, at ${server.endpoint}.\n`);
    assert.equal((await lambkin(server.endpoint, ["status"], options)).code, 0);
    const down = await lambkin(server.endpoint, ["down"], options);
    assert.equal(down.code, 0, down.stderr);
    assert.equal(down.stdout, `The server at ${server.endpoint} has ended (process ${server.processId}).\n`);
    assert.deepEqual(await readdir(path.join(folder, "state/lambkin/servers")), []);
    const gone = await lambkin(server.endpoint, ["down"], options);
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /No server answers at/);
    // For people, by the same words.
    const said = await lambkin("", ["up", "-d", "--port", port], options);
    assert.match(
      said.stdout,
      new RegExp(`^Lambkin is ready at ${server.endpoint} \\(\\d+ ms, process \\d+\\)\\.\\n$`),
    );
    assert.match(said.stderr, /end: {2}lambkin down --endpoint/);
    assert.equal((await lambkin(server.endpoint, ["down"], options)).code, 0);
  });

  it("says why a server did not start", async () => {
    const folder = await temporaryFolder();
    const wrong = await lambkin("", ["up", "--detach", "--port", "many"], { cwd: folder });
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /did not start\.\nlambkin: LAMBKIN_PORT must be a whole number/);
    const inFront = await lambkin("", ["up", "--port", "many"], { cwd: folder });
    assert.deepEqual([inFront.code, inFront.stdout], [1, ""]);
    assert.match(inFront.stderr, /LAMBKIN_PORT must be a whole number/);
    assert.equal((await lambkin("", ["up", "--endpoint", NOWHERE], { cwd: folder })).code, 2);
  });
});

describe("lambkin doctor", () => {
  it("says what this machine can isolate and run, and leaves nothing behind", async () => {
    const temporary = await temporaryFolder();
    const options = { env: { TMPDIR: temporary } };
    const { stdout, stderr } = await lambkin(NOWHERE, ["doctor", "--json"], options);
    assert.equal(stderr, "");
    const { ok, findings } = JSON.parse(stdout) as {
      ok: boolean;
      findings: { name: string; state: string; text: string; help?: string }[];
    };
    const names = findings.map(({ name }) => name);
    for (const name of ["isolation", "network", "cgroups", "Python", "Node.js", "disk", "server"]) {
      assert.ok(names.includes(name), name);
    }
    for (const { name, state, text, help } of findings) {
      assert.notEqual(text, "", name);
      if (state !== "ok") assert.ok(help !== undefined || name === "seccomp", `${name} has a way out`);
    }
    const shown = await lambkin(NOWHERE, ["doctor"], options);
    assert.equal(shown.code, ok ? 0 : 1);
    assert.match(shown.stdout, /^ok {7}Node\.js \(own\) +v26\./m);
    assert.match(shown.stdout, /^ok {7}server +none runs; port 1027 is free/m);
    assert.deepEqual(await readdir(temporary), []);
  });

  it("sees a port that somebody else has", async () => {
    const other = createServer((socket) => socket.end("who is there?"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
    const { port } = other.address() as { port: number };
    const { stdout } = await lambkin(`http://127.0.0.1:${port}`, ["doctor"]);
    assert.match(stdout, new RegExp(`^warn +server +port ${port} is taken`, "m"));
    assert.match(stdout, new RegExp(`→ lambkin up --port ${port + 1}`));
    other.close();
  });
});
