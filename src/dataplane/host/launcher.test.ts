import assert from "node:assert/strict";
import { readFileSync, readlinkSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { describe, it, type TestContext } from "node:test";
import { temporaryFolder } from "../../../testkit/server.ts";
import { Launcher } from "./launcher.ts";

function openLauncher(t: TestContext): Launcher {
  const launcher = new Launcher();
  t.after(() => launcher.close());
  return launcher;
}

function shell(script: string, connections = [1]) {
  return { command: ["/bin/sh", "-c", script], variables: {}, folder: "/", connections };
}

describe("Launcher", () => {
  it("starts a program with just these variables, arguments and descriptors", async (t) => {
    const launcher = openLauncher(t);
    const odd = `it's "$HOME" %41 \n é =`;
    const { connections, exited } = await launcher.start({
      command: [
        "/bin/sh",
        "-c",
        'pwd; env; printf "%s|" "$@"; cat <&4; exec ls -l /proc/self/fd >&3',
        "sh",
        odd,
        "",
      ],
      variables: { ODD: odd, EMPTY: "" },
      folder: "/usr",
      connections: [1, 3, 4],
    });
    const [output, control, input] = [1, 3, 4].map((place) => connections.get(place));
    assert.ok(output && control && input);
    input.end("handed over");
    const said = await text(output);
    assert.match(said, /^\/usr\n/);
    assert.ok(said.includes(`ODD=${odd}\n`) && said.includes("EMPTY=\n"), said);
    assert.ok(said.endsWith(`${odd}||handed over`), said);
    // Others may come from whoever runs the tests.
    const sockets = [...(await text(control)).matchAll(/(\d+) -> socket:/g)].map(([, place]) => place);
    assert.deepEqual(sockets, ["1", "2", "3", "4"]);
    assert.deepEqual(await exited, { code: 0, signal: null });
  });

  it("tells how each ended, and which process it was", async (t) => {
    const launcher = openLauncher(t);
    const [killed, failed] = await Promise.all([
      launcher.start(shell("kill -TERM $$")),
      launcher.start(shell("echo $$; exit 7")),
    ]);
    assert.deepEqual(await killed.exited, { code: null, signal: "SIGTERM" });
    const output = failed.connections.get(1);
    assert.ok(output);
    assert.equal(Number(await text(output)), failed.processId);
    assert.deepEqual(await failed.exited, { code: 7, signal: null });
  });

  it("gives each a session of its own", async (t) => {
    const launcher = openLauncher(t);
    const { processId, connections, exited } = await launcher.start(shell("read -r _ <&3", [1, 3]));
    const [, group, session] = readFileSync(`/proc/${processId}/stat`, "latin1")
      .replace(/^.*\) \w /, "")
      .split(" ");
    assert.deepEqual([group, session], [String(processId), String(processId)]);
    connections.get(3)?.end();
    await exited;
  });

  it("says of what is not there what a shell would", async (t) => {
    const launcher = openLauncher(t);
    const { exited } = await launcher.start({ ...shell(""), command: ["/no/such/program"] });
    assert.deepEqual(await exited, { code: 127, signal: null });
    const nowhere = await launcher.start({ ...shell(""), folder: "/no/such/folder" });
    const output = nowhere.connections.get(1);
    assert.ok(output);
    assert.match(await text(output), /\/no\/such\/folder/);
    assert.deepEqual(await nowhere.exited, { code: 127, signal: null });
  });

  it("puts it where it is to be: files, copies, limits, groups, namespaces", async (t) => {
    const launcher = openLauncher(t);
    const folder = await temporaryFolder();
    const group = path.join(folder, "cgroup.procs");
    await writeFile(group, "");
    const { processId, connections, exited } = await launcher
      .start({
        ...shell(
          'read -r line <&5; echo "$line"; readlink /proc/self/ns/net; ulimit -n; ulimit -c; ulimit -d; echo to 7 >&7',
        ),
        files: { 5: "/etc/hostname" },
        copies: { 7: 1 },
        limits: { openFiles: 123, core: 0, data: 1024 * 1024 * 1024 },
        groups: [group],
        // In the way of everything that is put into a place.
        namespaces: Array.from({ length: 8 }, () => "/proc/self/ns/net"),
      })
      .catch((error: unknown) => assert.fail(String(error)));
    const output = connections.get(1);
    assert.ok(output);
    const lines = (await text(output)).trim().split("\n");
    if (process.getuid?.() === 0) {
      const name = readFileSync("/etc/hostname", "utf8").trim();
      assert.deepEqual(lines, [
        name,
        readlinkSync("/proc/self/ns/net"),
        "123",
        "0",
        String(1024 * 1024),
        "to 7",
      ]);
    } else assert.match(lines.join(), /namespace: Operation not permitted/);
    await exited;
    assert.equal(readFileSync(group, "utf8"), String(processId));
  });

  it("lets nobody in who knows no token", async (t) => {
    const launcher = openLauncher(t);
    const { connections, exited } = await launcher.start(shell("read -r _ <&3", [1, 3]));
    const [name] = /@lambkin-\S+/.exec(await readFile("/proc/net/unix", "latin1")) ?? [];
    assert.ok(name);
    const stranger = connect(`\0${name.slice(1)}`);
    stranger.write("0".repeat(100));
    // It is shown out.
    await new Promise((resolve) => stranger.on("error", resolve).on("close", resolve).resume());
    connections.get(3)?.end();
    await exited;
  });

  it("ends what it started when it is killed, and starts anew", async (t) => {
    const launcher = openLauncher(t);
    const first = await launcher.start(shell("echo $PPID; sleep 600"));
    const output = first.connections.get(1);
    assert.ok(output);
    const [parent] = (await new Promise<Buffer>((resolve) => output.once("data", resolve)))
      .toString()
      .split("\n");
    process.kill(Number(parent), "SIGKILL");
    assert.deepEqual(await first.exited, { code: null, signal: "SIGKILL" });
    await new Promise((resolve) => output.on("close", resolve).resume());
    const { exited } = await launcher.start(shell("exit 3"));
    assert.deepEqual(await exited, { code: 3, signal: null });
  });

  it("starts many at once", async (t) => {
    const launcher = openLauncher(t);
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) => launcher.start(shell(`echo ${index}`))),
    );
    const outputs = all.map(({ connections }) => connections.get(1)).filter((each) => each !== undefined);
    const said = await Promise.all(outputs.map((each) => text(each)));
    assert.deepEqual(said.map(Number), [...said.keys()]);
    for (const { exited } of all) assert.equal((await exited).code, 0);
  });
});
