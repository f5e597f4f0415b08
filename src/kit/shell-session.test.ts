import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { quoted, ShellSession } from "./shell-session.ts";

describe("ShellSession", () => {
  it("runs scripts in order, and tells of those that fail with their output", async () => {
    const shell = new ShellSession();
    const first = shell.run("true");
    const second = shell.run("echo some text; echo more >&2; exit 3");
    const third = shell.run("cat; [ 1 = 1 ]");
    await first;
    await assert.rejects(second, /exit 3: some text\nmore$/);
    await third;
    assert.equal(shell.load, 0);
    shell.close();
    await assert.rejects(shell.run("true"), /closed/);
  });

  it("is started again when it was killed", async () => {
    const shell = new ShellSession();
    await assert.rejects(shell.run("kill -9 $$"), /ended/);
    await shell.run("true");
    shell.close();
  });

  it("says what cannot be started", async () => {
    await assert.rejects(new ShellSession(["/no/such/program"]).run("true"), /no\/such\/program/);
  });

  it("quotes words", async () => {
    const shell = new ShellSession();
    const word = `it's "$HOME" \\ \n *`;
    await assert.rejects(shell.run(`printf %s ${quoted(word)}; exit 1`), (error: Error) =>
      error.message.endsWith(`exit 1: ${word}`),
    );
    shell.close();
  });
});
