/** What a function can see and change, with each driver; the hostile suite belongs to a later milestone. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const LOOK = pythonZip(`
import os, subprocess
def tried(action):
    try:
        action()
        return "done"
    except OSError as error:
        return error.strerror
def lambda_handler(event, context):
    return {
        "env": dict(os.environ),
        "cwd": os.getcwd(),
        "languageHome": event["language"],
        "languageIsLink": event["language"] == "/usr" or os.readlink(event["language"]) == "/var/lang",
        "uid": os.getuid(),
        "root": sorted(os.listdir("/")),
        "processes": [p for p in os.listdir("/proc") if p.isdigit()],
        "code": tried(lambda: open("/var/task/new", "w")),
        "runtime": tried(lambda: open("/var/runtime/new", "w")),
        "usr": tried(lambda: open("/usr/new", "w")),
        "rootfs": tried(lambda: open("/new", "w")),
        "tmp": tried(lambda: open("/tmp/new", "w").write("x")),
        "seen": os.path.exists(event["secret"]),
        "descriptors": sorted(os.listdir("/proc/self/fd")),
        "child": subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True).stdout.split(),
    }
`);

interface Look {
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly languageHome: string;
  readonly languageIsLink: boolean;
  readonly uid: number;
  readonly root: string[];
  readonly processes: string[];
  readonly code: string;
  readonly runtime: string;
  readonly usr: string;
  readonly rootfs: string;
  readonly tmp: string;
  readonly seen: boolean;
  readonly child: string[];
}

interface Health {
  readonly status: string;
  readonly version: string;
  readonly isolation: string;
  readonly network: string;
  readonly weaknesses: string[];
  readonly runtimes: Readonly<Record<string, { readonly program?: string }>>;
}

async function healthOf(server: TestServer): Promise<Health> {
  const response = await fetch(`${server.url}/_lambkin/health`);
  assert.equal(response.status, 200);
  return (await response.json()) as Health;
}

const isRoot = process.getuid?.() === 0;
const hasBubblewrap = existsSync("/usr/bin/bwrap");

describe("bubblewrap", { skip: hasBubblewrap ? false : "bubblewrap is not installed" }, () => {
  let server: TestServer;
  let look: Look;
  before(async () => {
    process.env["LAMBKIN_TEST_SECRET"] = "of the platform";
    server = await startTestServer({ LAMBKIN_ISOLATION: "bubblewrap" });
    const client = lambdaClient(server.url);
    await createFunction(client, "look", LOOK, {
      Environment: { Variables: { STAGE: "test", PATH: "/bin" } },
    });
    const program = (await healthOf(server)).runtimes["python3.11"]?.program ?? "";
    const language = program.startsWith("/usr/") ? "/usr" : path.dirname(path.dirname(program));
    look = (await invoke(client, "look", { secret: server.dataDir, language })).payload as Look;
  });
  after(async () => {
    delete process.env["LAMBKIN_TEST_SECRET"];
    await server.stop();
  });

  it("is reported by health, with what it does not keep apart", async () => {
    const health = await healthOf(server);
    assert.equal(health.status, "ok");
    assert.equal(health.isolation, "bubblewrap");
    // Root on a machine like this one has nothing to excuse; who is not root is told.
    assert.equal(health.weaknesses.length === 0, isRoot, health.weaknesses.join("; "));
    assert.equal(health.network, isRoot ? "namespaces" : "host");
    assert.equal(server.warnings.length, isRoot ? 0 : 1);
  });

  it("shows a root with nothing of the host but what a runtime needs", () => {
    // Where the interpreter was built for: a link to /var/lang, and nothing else.
    const language = look.languageHome.split("/")[1] ?? "";
    assert.equal(look.languageIsLink, true);
    const allowed = [
      language,
      "bin",
      "dev",
      "etc",
      "lib",
      "lib32",
      "lib64",
      "opt",
      "proc",
      "sbin",
      "tmp",
      "usr",
      "var",
    ];
    assert.deepEqual(
      look.root.filter((name) => !allowed.includes(name)),
      [],
    );
    assert.equal(look.seen, false, "the data folder is out of sight");
    assert.equal(look.cwd, "/var/task");
    assert.equal(look.uid, 993);
  });

  it("lets nothing be written but /tmp", () => {
    assert.equal(look.tmp, "done");
    for (const place of ["code", "runtime", "usr", "rootfs"] as const) {
      assert.equal(look[place], "Read-only file system", place);
    }
  });

  it("finds an interpreter's libraries whatever a function makes of LD_LIBRARY_PATH", async () => {
    const client = lambdaClient(server.url);
    await createFunction(client, "libraries", pythonZip("def lambda_handler(e, c): return 1"), {
      Runtime: "python3.10",
      Environment: { Variables: { LD_LIBRARY_PATH: "/opt/mine" } },
    });
    assert.equal((await invoke(client, "libraries")).payload, 1);
  });

  it("shows no process but its own, and hands no descriptor of the platform to children", () => {
    assert.ok(look.processes.length <= 3, look.processes.join());
    assert.deepEqual(
      look.child.filter((name) => Number(name) > 3),
      [],
    );
  });

  it("sets AWS's variables, the function's own, and none of the platform's", () => {
    const { env } = look;
    assert.equal(env["LAMBKIN_TEST_SECRET"], undefined);
    assert.equal(env["STAGE"], "test");
    assert.equal(env["PATH"], "/bin", "what AWS lets customers override, they override");
    const expected = {
      AWS_LAMBDA_FUNCTION_NAME: "look",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/look",
      AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
      AWS_EXECUTION_ENV: "AWS_Lambda_python3.11",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      _HANDLER: "lambda_function.lambda_handler",
      LAMBDA_TASK_ROOT: "/var/task",
      LAMBDA_RUNTIME_DIR: "/var/runtime",
      TZ: ":UTC",
      LANG: "en_US.UTF-8",
      AWS_ENDPOINT_URL: isRoot ? server.url.replace("127.0.0.1", "169.254.100.1") : server.url,
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(env[name], value, name);
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) {
      assert.ok(env[name], name);
    }
  });
});

describe("process", () => {
  it("runs functions without isolation, and never without saying so", async () => {
    const server = await startTestServer({ LAMBKIN_ISOLATION: "process" });
    assert.match(server.warnings[0] ?? "", /WITHOUT isolation/);
    const health = await healthOf(server);
    assert.equal(health.isolation, "process");
    assert.match(health.weaknesses[0] ?? "", /^no isolation/);
    const client = lambdaClient(server.url);
    await createFunction(
      client,
      "plain",
      pythonZip("import os\ndef lambda_handler(e, c): return os.environ['LAMBDA_TASK_ROOT']"),
    );
    const { payload } = await invoke(client, "plain");
    assert.ok(String(payload).startsWith(server.dataDir));
    const slow = pythonZip("import time\ndef lambda_handler(e, c): time.sleep(60)");
    await createFunction(client, "slow", slow, { Timeout: 1 });
    const timedOut = await invoke(client, "slow");
    assert.equal((timedOut.payload as { errorType: string }).errorType, "Sandbox.Timedout");
    await server.stop();
  });
});

describe("environments", () => {
  it("end after their keep-alive", async () => {
    const server = await startTestServer({ LAMBKIN_KEEP_ALIVE_SECONDS: "1" });
    const client = lambdaClient(server.url);
    await createFunction(
      client,
      "brief",
      pythonZip("n = 0\ndef lambda_handler(e, c):\n    global n\n    n += 1\n    return n"),
    );
    assert.equal((await invoke(client, "brief")).payload, 1);
    assert.equal((await invoke(client, "brief")).payload, 2);
    const aliveCount = async () => {
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number };
      };
      return health.environments.alive;
    };
    const deadlineMs = performance.now() + 20_000;
    while ((await aliveCount()) > 0) {
      assert.ok(performance.now() < deadlineMs, "the environment lives on");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal((await invoke(client, "brief")).payload, 1);
    await server.stop();
  });

  it("serve one request at a time each", async () => {
    const server = await startTestServer();
    const client = lambdaClient(server.url);
    const source = pythonZip(`
import os, time, uuid
me = str(uuid.uuid4())
busy = False
def lambda_handler(event, context):
    global busy
    overlapped, busy = busy, True
    time.sleep(0.05)
    busy = False
    return {"me": me, "overlapped": overlapped}
`);
    await createFunction(client, "single", source);
    const results = await Promise.all(Array.from({ length: 20 }, () => invoke(client, "single")));
    const payloads = results.map((result) => result.payload as { me: string; overlapped: boolean });
    assert.ok(payloads.every((payload) => !payload.overlapped));
    assert.ok(new Set(payloads.map((payload) => payload.me)).size > 1);
    await server.stop();
  });
});

describe("descriptors", () => {
  it("that the server was started with do not reach functions", async () => {
    const dataDir = await temporaryFolder();
    const server = await spawnServer(dataDir);
    try {
      const client = lambdaClient(server.url);
      const code = pythonZip(`
import os
def lambda_handler(event, context):
    listed = os.listdir("/proc/self/fd")
    return sorted(int(fd) for fd in listed if os.path.exists("/proc/self/fd/" + fd))
`);
      await createFunction(client, "descriptors", code);
      // Input, output, errors, and the socket to the platform.
      assert.deepEqual((await invoke(client, "descriptors")).payload, [0, 1, 2, 3]);
    } finally {
      server.child.kill();
      await server.exited;
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});
