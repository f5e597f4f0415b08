/** Shells in living environments: they see what the function sees, may do what it may do, and nothing else. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import { DeleteFunctionCommand, type LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import type { EnvironmentsAnswer } from "../../src/product/mod.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import {
  type ServerProcess,
  spawnServer,
  startTestServer,
  type TestServer,
  temporaryFolder,
} from "../../testkit/server.ts";
import { runInside, TestShell } from "../../testkit/tunnel.ts";
import { waitFor } from "../../testkit/wait.ts";
import { ATTACKS, endOf, PRELUDE, SYSTEM_CALLS } from "./hostile-functions.ts";

const STATUS = "Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs|Seccomp|Seccomp_filters";
const NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"];
const LOOK = `
import os
def lambda_handler(event, context):
    status = dict(line.rstrip("\\n").split(":\\t", 1) for line in open("/proc/self/status") if ":\\t" in line)
    return {
        "environ": dict(os.environ),
        "status": {name: status[name] for name in "${STATUS}".split("|")},
        "namespaces": [os.readlink(f"/proc/self/ns/{name}") for name in ${JSON.stringify(NAMESPACES)}],
        "cgroup": open("/proc/self/cgroup").read(),
        "folder": os.getcwd(),
        "root": sorted(os.listdir("/")),
        "tmp": os.listdir("/tmp"),
    }
`;
const skip = existsSync("/usr/bin/perl") ? false : "there is no perl here, which leads into sandboxes";

const isRoot = process.getuid?.() === 0;

async function environments(url: string): Promise<EnvironmentsAnswer["environments"]> {
  const answer = (await (await fetch(`${url}/_lambkin/environments`)).json()) as EnvironmentsAnswer;
  return answer.environments;
}

describe("a shell in an environment", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer({ LAMBKIN_KEEP_ALIVE_SECONDS: "2" });
    client = lambdaClient(server.url);
    await createFunction(client, "look", pythonZip(LOOK), {
      Environment: { Variables: { GREETING: "hello there" } },
    });
  });
  after(() => server.stop());

  it("makes an environment where there is none, without a call", async () => {
    assert.deepEqual(await environments(server.url), []);
    const { code, output } = await runInside(server.url, "look", ["cat", "/var/task/lambda_function.py"]);
    assert.equal(code, 0);
    assert.equal(output, LOOK);
    const [made, ...others] = await environments(server.url);
    assert.equal(made?.invocations, 0);
    assert.deepEqual(others, []);
  });

  it("has the function's namespaces, user, rights, group, variables and files", async () => {
    const { payload } = await invoke(client, "look");
    const seen = payload as Record<string, object>;
    const { output, errors } = await runInside(server.url, "look", [
      "python3",
      "-c",
      `${LOOK}\nimport json, sys\nprint(json.dumps(lambda_handler(None, None)))`,
    ]);
    assert.equal(errors, "");
    const inside = JSON.parse(output) as Record<string, object>;
    // Python adds these where its runtime has them otherwise.
    const { LC_CTYPE: _, ...variables } = inside["environ"] as Record<string, string>;
    const { LC_CTYPE: __, _X_AMZN_TRACE_ID: ___, ...expected } = seen["environ"] as Record<string, string>;
    assert.deepEqual(variables, expected);
    assert.equal(variables["GREETING"], "hello there");
    assert.deepEqual({ ...inside, environ: 0 }, { ...seen, environ: 0 });
  });

  it("carries input, output, errors and the exit status", async () => {
    const script = "read line; echo got $line; echo trouble >&2; exit 7";
    assert.deepEqual(await runInside(server.url, "look", ["sh", "-c", script], "a line\n"), {
      code: 7,
      output: "got a line\n",
      errors: "trouble\n",
    });
    const bytes = "x".repeat(5_000_000);
    assert.equal((await runInside(server.url, "look", ["wc", "-c"], "12345")).output.trim(), "5");
    const { output } = await runInside(server.url, "look", ["head", "-c", "5000000", "/dev/zero"]);
    assert.equal(output.length, bytes.length);
    const missing = await runInside(server.url, "look", ["no-such-program"]);
    assert.equal(missing.code, 127);
    assert.match(missing.errors, /no-such-program: No such file/);
    assert.equal((await runInside(server.url, "look", ["sh", "-c", "kill -TERM $$"])).code, 128 + 15);
  });

  it("is a terminal where one is asked for: with a size, job control, and Ctrl-C", async () => {
    const shell = await TestShell.open(server.url, {
      function: "look",
      columns: "90",
      rows: "30",
      term: "xterm",
    });
    shell.type("stty size; echo $TERM; pwd\n");
    await shell.until(/30 90\r\n[\s\S]*xterm\r\n[\s\S]*\/var\/task\r\n/);
    shell.resize(120, 40);
    await waitFor("the new size", async () => {
      shell.type("stty size\n");
      return /40 120/.exec(shell.output) ?? undefined;
    });
    shell.type("echo begun; sleep 1000\n");
    await shell.until(/[\r\n]begun\r/);
    shell.type("\x03");
    shell.type("echo status $?\n");
    await shell.until(/status 130/);
    shell.type("exit 3\n");
    assert.deepEqual(await shell.ended, { code: 3, signal: null });
  });

  it("keeps its environment awake and alive, and lets it serve calls", async () => {
    const counter = "calls = []\ndef lambda_handler(e, c):\n    calls.append(1)\n    return len(calls)\n";
    await createFunction(client, "count", pythonZip(counter));
    await invoke(client, "count");
    const shell = await TestShell.open(server.url, {
      function: "count",
      command: ["sh", "-c", "echo in; cat"],
    });
    await shell.until(/in/);
    const [held] = (await environments(server.url)).filter(({ functionName }) => functionName === "count");
    // Longer than the keep-alive; the other function's environment is gone by then.
    await waitFor("the others to end", async () => {
      const left = await environments(server.url);
      return left.every(({ functionName }) => functionName === "count") || undefined;
    });
    await waitFor("the keep-alive to be over twice", async () => {
      const [same] = await environments(server.url);
      assert.equal(same?.id, held?.id);
      assert.notEqual(same?.state, "frozen");
      return Date.now() - (same?.stateSinceMs ?? 0) > 5000 ? true : undefined;
    });
    assert.equal((await invoke(client, "count")).payload, 2);
    shell.type("still here\n");
    await shell.until(/still here/);
    shell.hangUp();
    await waitFor("the environment to end", async () =>
      (await environments(server.url)).length === 0 ? true : undefined,
    );
  });

  it("ends with its environment", async () => {
    await createFunction(client, "changing", nodeZip("exports.handler = async () => 1"), NODE);
    const shell = await TestShell.open(server.url, { function: "changing", columns: "80", rows: "24" });
    shell.type("echo up\n");
    await shell.until(/[\r\n]up\r/);
    const ZipFile = nodeZip("exports.handler = async () => 2");
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: "changing", ZipFile }));
    assert.notEqual((await shell.ended)?.code, 0);
  });

  it("leaves nothing behind when its user goes away", async () => {
    const shell = await TestShell.open(server.url, { function: "look", columns: "80", rows: "24" });
    shell.type("sleep 86397\n");
    await shell.until(/sleep/);
    const others = async (): Promise<string> =>
      (await runInside(server.url, "look", ["sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])).output;
    await waitFor("it to run", async () => /sleep 86397/.exec(await others()) ?? undefined);
    shell.hangUp();
    await waitFor("it to be gone", async () => (/sleep 86397/.test(await others()) ? undefined : true));
  });

  it("says why there is none", async () => {
    await assert.rejects(runInside(server.url, "nobody", ["ls"]), /There is no function nobody/);
    await assert.rejects(runInside(server.url, "look", ["ls"], "", { environment: "f00" }), /no environment/);
    await assert.rejects(
      runInside(server.url, "look", [], "", { columns: "0", rows: "5" }),
      /are to be 1 to/,
    );
    await createFunction(client, "broken", pythonZip("raise ValueError('no')"));
    await assert.rejects(runInside(server.url, "broken", ["ls"]), /does not start: ValueError/);
  });

  it("is not for web pages, nor for functions, nor for other kinds of upgrades", async () => {
    const path = "/_lambkin/shell?function=look&command=ls";
    const tunnel = { Connection: "Upgrade", Upgrade: "lambkin-tunnel" };
    assert.equal(await statusOf(server.url, path, { ...tunnel, Origin: "http://evil.example" }), 403);
    assert.equal(await statusOf(server.url, path, { ...tunnel, Host: "evil.example" }), 403);
    assert.equal(await statusOf(server.url, path, { Connection: "Upgrade", Upgrade: "websocket" }), 404);
    assert.equal(await statusOf(server.url, "/_lambkin/other", tunnel), 404);
    const caller = `
import http.client, os
def lambda_handler(event, context):
    there = http.client.HTTPConnection(os.environ["AWS_ENDPOINT_URL"].removeprefix("http://"))
    there.request("POST", "${path}", headers=${JSON.stringify(tunnel)})
    return there.getresponse().status
`;
    await createFunction(client, "caller", pythonZip(caller));
    // Others share the loopback of the machine.
    if (isRoot) assert.equal((await invoke(client, "caller")).payload, 403);
  });
});

function statusOf(url: string, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(url + path, { method: "POST", headers });
    asking.once("upgrade", (_, socket) => {
      socket.destroy();
      resolve(101);
    });
    asking.once("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asking.once("error", reject);
    asking.end();
  });
}

/** What needs an invocation to be an attack is left to the functions. */
const OF_INVOCATIONS =
  /platform's descriptor|announces|answers|request|between two|ignores every signal|leaves a daemon|fails with|prints|crashes its/;

describe("what a hostile function cannot do, a shell cannot do", { skip }, () => {
  let dataDir: string;
  let server: ServerProcess;
  let client: LambdaClient;
  before(async () => {
    dataDir = await temporaryFolder();
    server = await spawnServer(dataDir, { LAMBKIN_TEST_SECRET: "SECRET of the platform" });
    client = lambdaClient(server.url);
    const neighbour = "SECRET = 'NEIGHBOUR-SECRET'\ndef lambda_handler(e, c): return 'well'";
    await createFunction(client, "neighbour", pythonZip(neighbour));
    await invoke(client, "neighbour");
  });
  after(async () => {
    server.child.kill("SIGTERM");
    await server.exited;
  });

  const attacks = [...ATTACKS, ...(process.arch === "x64" ? SYSTEM_CALLS : [])];
  for (const attack of attacks.filter(({ name }) => !OF_INVOCATIONS.test(name))) {
    const skip = attack.needsRoot === true && !isRoot ? "only root's sandboxes promise this" : false;
    it(`${attack.name}: in vain`, { timeout: 60_000, skip }, async () => {
      await createFunction(client, "host", pythonZip("def lambda_handler(e, c): return 'well'"), {
        MemorySize: 128,
      });
      const endpoint = isRoot ? server.url.replace("127.0.0.1", "169.254.100.1") : server.url;
      const event = { dataDir, endpoint, serverPid: server.child.pid, id: "0" };
      const script = `${PRELUDE}\n${attack.code}\nprint("END" + json.dumps(attack(json.loads(sys.argv[1])), separators=(",", ":")))`;
      const { output, code } = await runInside(
        server.url,
        "host",
        ["python3", "-", JSON.stringify(event)],
        script,
      );
      const said = /^END(.*)$/m.exec(output)?.[1];
      // What takes too much of something may take its own process with it.
      if (said === undefined) assert.notEqual(code, 0);
      else assert.match(said, endOf(attack, false));
      assert.equal((await invoke(client, "neighbour")).payload, "well");
      // What it left running goes with its environment.
      await client.send(new DeleteFunctionCommand({ FunctionName: "host" }));
    });
  }
});
