/** Completion in the shells themselves: a terminal in which Tab is pressed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { CreateAliasCommand, PublishVersionCommand } from "@aws-sdk/client-lambda";
import { LAMBKIN, lambkin, type RunningCli, startInTerminal } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const SHELLS = {
  bash: { command: ["bash", "--norc", "--noprofile", "-i"], setUp: "bind 'set bell-style none'" },
  zsh: {
    command: ["zsh", "-f", "-i"],
    setUp: "unsetopt beep zle_bracketed_paste 2>/dev/null; autoload -Uz compinit && compinit -u -D",
  },
} as const;

let server: TestServer;
let folder: string;

before(async () => {
  server = await startTestServer();
  const client = lambdaClient(server.url);
  const code = nodeZip("exports.handler = async () => 1");
  for (const name of ["resize-images", "send-mail"]) await createFunction(client, name, code, NODE);
  await client.send(new PublishVersionCommand({ FunctionName: "send-mail" }));
  await client.send(
    new CreateAliasCommand({ FunctionName: "send-mail", Name: "live", FunctionVersion: "1" }),
  );
  folder = await temporaryFolder();
  await mkdir(path.join(folder, "my-function"));
  await writeFile(path.join(folder, "event.json"), "{}");
});
after(() => server.stop());

describe("what is offered", () => {
  const offered = async (...words: string[]): Promise<string[]> => {
    const { stdout } = await lambkin(server.url, ["__complete", "--", ...words]);
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("\t")[0] ?? "");
  };

  it("is commands, their options, values and functions, each where it belongs", async () => {
    assert.deepEqual(await offered("de"), ["deploy"]);
    assert.ok(!(await offered("")).includes("__complete"));
    assert.deepEqual(await offered("invoke", ""), ["resize-images", "send-mail"]);
    assert.deepEqual(await offered("--region", "eu-west-1", "invoke", ""), []);
    assert.deepEqual(await offered("invoke", "--tail", "s"), ["send-mail"]);
    assert.deepEqual(await offered("invoke", "send-mail:"), ["send-mail:live", "send-mail:1"]);
    assert.deepEqual(await offered("invoke", "nobody:"), []);
    assert.deepEqual(await offered("invoke", "send-mail", ""), []);
    assert.deepEqual(await offered("invoke", "--payload", ""), []);
    assert.deepEqual(await offered("invoke", "--payload-file", ""), [":files"]);
    assert.deepEqual(await offered("deploy", "--ur"), ["--url"]);
    assert.deepEqual(await offered("deploy", "--url", "--ur"), []);
    assert.deepEqual(await offered("deploy", ""), [":folders"]);
    assert.deepEqual(await offered("up", "--isolation", "b"), ["bubblewrap"]);
    assert.deepEqual(await offered("completion", ""), ["bash", "zsh"]);
    assert.deepEqual(await offered("nonsense", ""), []);
  });

  it("is nothing, without a complaint, where no server answers", async () => {
    const { code, stdout, stderr } = await lambkin("http://127.0.0.1:1027", ["__complete", "--", "logs", ""]);
    assert.deepEqual([code, stdout, stderr], [0, "", ""]);
  });
});

for (const [shell, { command, setUp }] of Object.entries(SHELLS)) {
  const isThere = spawnSync(command[0], ["--version"]).status === 0;
  const skip = isThere ? false : `${shell} is not installed`;
  if (skip !== false) console.log(`skipped: completion in ${shell}: ${skip}`);

  describe(`in ${shell}`, { skip }, () => {
    /** What is on the line when it was typed with a Tab behind it. */
    const completed = async (typed: string): Promise<string> => {
      const running = startInTerminal(server.url, command, {
        cwd: folder,
        env: { PATH: `${path.dirname(LAMBKIN)}:${process.env["PATH"]}`, HOME: folder },
      });
      const write = (text: string): void => void running.child.stdin?.write(text);
      await shown(running, /[#$%] /);
      write(`${setUp}; source <(lambkin completion ${shell}); echo set''-up\r`);
      await shown(running, /set-up\r?\n/);
      write(`lambkin ${typed}\t`);
      await shown(running, new RegExp(`lambkin ${typed}\\S`));
      // What is typed behind it shows whether there is a space; the line is printed instead of run.
      write("END\u0001echo '\u0005'\rexit\r");
      await running.ended;
      const text = stripVTControlCharacters(running.stdout()).replaceAll("\r", "");
      return /^(lambkin .*)END$/m.exec(text)?.[1] ?? `nothing in ${text}`;
    };

    it("completes a command", async () => assert.equal(await completed("stat"), "lambkin status "));
    it("completes a function's name", async () =>
      assert.equal(await completed("invoke res"), "lambkin invoke resize-images "));
    it("completes an alias, which bash takes for a word of its own", async () =>
      assert.equal(await completed("invoke send-mail:li"), "lambkin invoke send-mail:live "));
    it("completes an option", async () =>
      assert.equal(await completed("logs --fol"), "lambkin logs --follow "));
    it("completes a folder", async () =>
      assert.match(await completed("deploy my-"), /^lambkin deploy my-function\/?/));
    it("completes a file", async () =>
      assert.equal(await completed("invoke send-mail -f ev"), "lambkin invoke send-mail -f event.json "));
  });
}

async function shown(running: RunningCli, pattern: RegExp): Promise<void> {
  await running.shows(pattern);
}
