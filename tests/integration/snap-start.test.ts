/** SnapStart: initialised once, copied for each environment; what copies share, and what they must not. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import {
  DeleteFunctionCommand,
  InvokeWithResponseStreamCommand,
  type LambdaClient,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { inLog } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip, settledVersion } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "snapshots need cgroups and network namespaces";

const SNAP = {
  Runtime: "python3.12",
  MemorySize: 256,
  Timeout: 20,
  Publish: true,
  SnapStart: { ApplyOn: "PublishedVersions" },
} as const;

/** Tells what of its init it sees, and holds its environment long enough for others to need one of their own. */
const LOOK = `
import os, random, socket, ssl, sys, tempfile, time, urllib.parse, uuid
from snapshot_restore_py import register_before_snapshot, register_after_restore
trail = ["init"]
register_before_snapshot(trail.append, "before 2")
register_before_snapshot(lambda: trail.append("before 1"))
@register_after_restore
def restored():
    trail.append("after 1")
register_after_restore(trail.append, "after 2")
born = uuid.uuid4().hex
note = os.open("/tmp/note", os.O_RDWR | os.O_CREAT); os.write(note, b"0123456789"); os.lseek(note, 2, 0)
own = os.open("/var/task/lambda_function.py", os.O_RDONLY); os.read(own, 1)
ssl.RAND_bytes(8)
tempfile.mkstemp()
lambkin = urllib.parse.urlparse(os.environ["AWS_ENDPOINT_URL"])
peer = socket.create_connection((lambkin.hostname, lambkin.port))
peer.getpeername()
def tried(action):
    try: return str(action())
    except OSError as error: return error.strerror
def lambda_handler(event, context):
    time.sleep(event.get("hold", 0))
    if event.get("act") == "exit": os._exit(3)
    if event.get("act") == "hoard": return len(bytearray(400_000_000))
    text = os.read(note, 3).decode()
    with open("/tmp/mine", "a") as mine: mine.write("x")
    return {
        "born": born, "trail": trail, "read": text,
        "random": [random.random(), ssl.RAND_bytes(16).hex(), os.urandom(16).hex(), uuid.uuid4().hex], "own": os.read(own, 6).decode(),
 "tmp": sorted(name for name in os.listdir("/tmp") if name != "mine" and not name.startswith("tmp")),
        "mine": os.path.getsize("/tmp/mine"),
        "pid": os.getpid(), "processes": sorted(p for p in os.listdir("/proc") if p.isdigit()),
        "uid": os.getuid(), "caps": [l.split()[1] for l in open("/proc/self/status") if l.startswith("Cap")],
        "setns": tried(lambda: os.setns(os.open("/proc/self/ns/uts", os.O_RDONLY), 0)),
        "code": tried(lambda: open("/var/task/lambda_function.py", "a")),
        "interfaces": [name for _, name in socket.if_nameindex()],
        "type": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "stream": context.log_stream_name,
        "words": [name for name in os.environ if name.startswith("_LAMBKIN")],
        "peer": tried(lambda: peer.getpeername()),
    }
`;

interface Seen {
  readonly born: string;
  readonly trail: readonly string[];
  /** Each from another source. */
  readonly random: readonly (number | string)[];
  readonly pid: number;
  readonly processes: readonly string[];
  readonly stream: string;
  readonly [name: string]: unknown;
}

describe("SnapStart", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  let logs: CloudWatchLogsClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    logs = logsClient(server.url);
  });
  after(() => server.stop());

  const call = async (name: string, event: object = {}): Promise<Seen> => {
    const { functionError, payload } = await invoke(client, `${name}:1`, event);
    assert.equal(functionError, undefined, JSON.stringify(payload));
    return payload as Seen;
  };
  const health = async () =>
    (
      (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: Record<string, number>;
      }
    ).environments;

  /** Its version can be called then. */
  const create = async (...of: Parameters<typeof createFunction>) => {
    await createFunction(...of);
    return settledVersion(client, of[1]);
  };

  it("has copies ready before they are asked for", async () => {
    await create(client, "ready", pythonZip(LOOK), SNAP);
    await waitFor("a copy that waits", async () => (await health())["copies"] === 1 || undefined);
    await call("ready");
    const log = await inLog(logs, "ready", /^REPORT .*Restore Duration.*\n/m);
    assert.match(
      log.input,
      /INIT_START .*\nINIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: success\n/,
    );
    assert.match(
      log.input,
      /RESTORE_START Runtime Version: python:3\.12\.\S+\tRuntime Version ARN: arn:aws:lambda:/,
    );
    assert.match(log.input, /RESTORE_REPORT Restore Duration: [\d.]+ ms\n/);
    assert.match(log[0], /\tRestore Duration: [\d.]+ ms\tBilled Restore Duration: \d+ ms\t\n/);
    assert.doesNotMatch(log[0], /Init Duration/);
  });

  it("initialises once, and gives each environment a copy with its own place in the world", async () => {
    await create(client, "looks", pythonZip(LOOK), SNAP);
    const seen = await Promise.all([1, 1, 1, 1].map((hold) => call("looks", { hold })));
    assert.equal(new Set(seen.map(({ stream }) => stream)).size, 4, "four environments");
    assert.equal(new Set(seen.map(({ born }) => born)).size, 1, "one init");
    for (const [source] of seen[0]?.random.entries() ?? []) {
      assert.equal(
        new Set(seen.map(({ random }) => random[source])).size,
        4,
        `own random numbers, ${source}`,
      );
    }
    for (const { born, random, stream, pid, processes, ...rest } of seen) {
      assert.deepEqual(rest, {
        trail: ["init", "before 1", "before 2", "after 1", "after 2"],
        read: "234",
        own: "import",
        tmp: ["note"],
        mine: 1,
        uid: 993,
        caps: Array(5).fill("0000000000000000"),
        setns: "Operation not permitted",
        code: "Read-only file system",
        interfaces: ["lo", "eth0"],
        type: "snap-start",
        words: [],
        peer: "Transport endpoint is not connected",
      });
      assert.deepEqual(processes, ["1", "2", String(pid)], "nothing but its own processes");
    }
    assert.equal((await health())["restored"], 5);
  });

  it("ends a copy without harm to its siblings", async () => {
    const [kept] = await Promise.all([
      call("looks", { hold: 1 }),
      endsBadly("looks", "exit", /exit status 3/),
    ]);
    await endsBadly("looks", "hoard", /Runtime.ExitError|signal: killed/);
    const next = await call("looks");
    assert.equal(next.born, kept.born, "still of the same init");
  });

  it("leaves $LATEST alone", async () => {
    const { payload } = await invoke(client, "looks:$LATEST");
    assert.equal((payload as Seen)["type"], "on-demand");
  });

  const UNFIT = {
    threads: "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    pipes: "import os\nends = os.pipe()",
    processes: "import subprocess\nchild = subprocess.Popen(['sleep', '60'])",
    memory: "import mmap\nshared = mmap.mmap(-1, 4096)",
    streams: "import os\nos.close(0)",
    listeners: "import socket\nserver = socket.create_server(('127.0.0.1', 0))",
  };
  for (const [what, source] of Object.entries(UNFIT)) {
    it(`initialises each environment itself where copies would share ${what}`, async () => {
      await create(client, what, pythonZip(`${source}\n${LOOK}`), SNAP);
      const { State, SnapStart } = await settledVersion(client, what);
      assert.deepEqual([State, SnapStart?.OptimizationStatus], ["Active", "Off"]);
      const { trail, type } = await call(what);
      assert.deepEqual(trail, ["init", "before 1", "before 2", "after 1", "after 2"]);
      assert.equal(type, "snap-start");
      await inLog(
        logs,
        what,
        /LAMBKIN_WARNING: SnapStart: .* because .+ in the init phase|shared with other processes/,
      );
    });
  }

  it("tells what a hook fails with", async () => {
    const failing = (hook: string) => `
from snapshot_restore_py import ${hook}
def fail(): raise ValueError("not now")
${hook}(fail)
def lambda_handler(event, context): return "never"
`;
    await create(client, "failsafter", pythonZip(failing("register_after_restore")), SNAP);
    const refused = { name: "SnapStartException", message: /^The afterRestore\(\) runtime hook / };
    await assert.rejects(invoke(client, "failsafter:1"), refused);
    const streamed = new InvokeWithResponseStreamCommand({ FunctionName: "failsafter:1" });
    await assert.rejects(client.send(streamed), refused);
    // And again: a later call tries with another copy.
    await assert.rejects(invoke(client, "failsafter:1"), refused);
    const before = await create(client, "failsbefore", pythonZip(failing("register_before_snapshot")), SNAP);
    assert.equal(before.State, "Failed");
    await inLog(
      logs,
      "failsbefore",
      /INIT_REPORT .*\tStatus: error\tError Type: Runtime.BeforeSnapshotError/,
    );
    await inLog(
      logs,
      "failsafter",
      /RESTORE_REPORT Restore Duration: [\d.]+ ms\tStatus: error\tError Type: Runtime.AfterRestoreError/,
    );
  });

  it("takes another snapshot when the first one's runtime is gone", async () => {
    const source = `import signal, uuid
born = uuid.uuid4().hex
signal.alarm(1)
def lambda_handler(event, context): return {"born": born}
`;
    await create(client, "mortal", pythonZip(source), SNAP);
    const first = await call("mortal");
    await waitFor("another init", async () => {
      const { payload } = await invoke(client, "mortal:1");
      const { born } = payload as { born?: string };
      return born !== undefined && born !== first.born ? true : undefined;
    });
  });

  it("keeps nothing of a function that is deleted", async () => {
    await create(client, "goes", pythonZip(LOOK), SNAP);
    await call("goes");
    const before = (await health())["snapshots"] ?? 0;
    await client.send(new DeleteFunctionCommand({ FunctionName: "goes" }));
    assert.equal((await health())["snapshots"], before - 1);
  });

  async function endsBadly(name: string, act: string, reason: RegExp): Promise<void> {
    const { functionError, payload } = await invoke(client, `${name}:1`, { act });
    assert.equal(functionError, "Unhandled");
    assert.match(JSON.stringify(payload), reason);
  }
});
