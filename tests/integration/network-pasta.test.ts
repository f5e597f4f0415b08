/** What functions reach where Lambkin is an ordinary user's and pasta connects them. Run as root, it becomes one. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync, chownSync, constants, readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { type InternetHost, openInternetHost } from "../../testkit/internet.ts";
import {
  CUSTOM,
  CUSTOM_RUNTIME,
  listenOn,
  PROBE,
  type Probed,
  probe,
  type Target,
} from "../../testkit/network-probe.ts";
import { PROJECT, type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { runInside } from "../../testkit/tunnel.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A mount namespace where everybody may use /dev/net/tun, as on most machines. */
const WITH_TUN = isRoot
  ? [
      ...["unshare", "--mount", "--", "/bin/sh", "-c"],
      ...['mount -t tmpfs tmpfs /dev/net && mknod -m 666 /dev/net/tun c 10 200 && exec "$@"', "sh"],
    ]
  : [];
const AS_NOBODY = isRoot ? ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"] : [];
const PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

function obstacle(): string | false {
  const as = (program: string, ...args: string[]): boolean => {
    try {
      const [first = "", ...rest] = [...WITH_TUN, ...AS_NOBODY, program, ...args];
      execFileSync(first, rest, { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  try {
    accessSync("/usr/bin/pasta", constants.X_OK);
  } catch {
    return "pasta is not installed (apt-get install passt)";
  }
  if (!as("test", "-r", `${PROJECT}/src/main.ts`)) return "an ordinary user cannot read this checkout";
  if (!as("bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"))
    return "an ordinary user cannot use bubblewrap";
  if (!as("test", "-w", "/dev/net/tun")) return "an ordinary user may not use /dev/net/tun";
  return false;
}

function assertNoneReached({ targets }: Probed): void {
  assert.ok(Object.keys(targets).length > 0);
  for (const [target, what] of Object.entries(targets)) assert.equal(what, "refused", target);
}

describe("the network of functions through pasta", { skip: obstacle() }, () => {
  let dataDir: string;
  let server: ServerProcess;
  let client: LambdaClient;

  async function start(network: string): Promise<void> {
    dataDir = await temporaryFolder();
    if (isRoot) chownSync(dataDir, NOBODY, NOBODY);
    const settings = { LAMBKIN_NETWORK: network, HOME: dataDir, PATH };
    server = await spawnServer(dataDir, settings, isRoot ? NOBODY : undefined, WITH_TUN);
    client = lambdaClient(server.url);
    await createFunction(client, "probe", PROBE);
  }

  async function end(): Promise<void> {
    server.child.kill("SIGKILL");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }

  const pastas = (): string[] =>
    readdirSync("/proc").filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(`${dataDir}/isolation/pasta-`);
      } catch {
        return false;
      }
    });

  describe("as auto chooses it", () => {
    before(() => start("auto"));
    after(end);

    it("is what somebody has who is let into a sandbox", async () => {
      const look = `
import os
def lambda_handler(event, context):
    return [os.readlink(f"/proc/self/ns/{kind}") for kind in ("mnt", "net", "pid", "user")]
`;
      await createFunction(client, "entered", pythonZip(look));
      const { payload } = await invoke(client, "entered");
      const script = `${look}\nimport json; print(json.dumps(lambda_handler(0, 0)))`;
      const { output } = await runInside(server.url, "entered", ["python3", "-c", script]);
      assert.deepEqual(JSON.parse(output), payload);
    });

    it("has Lambkin's endpoint, and no other port of the host", async () => {
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as { network: string };
      assert.equal(health.network, "pasta", server.output());
      const loopback = await listenOn("127.0.0.1");
      const everywhere = await listenOn("0.0.0.0");
      const own = Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ family, address }) => family === "IPv4" && !address.startsWith("198.18."))
        .map(({ address }) => address);
      const found = await probe(client, "probe", [
        ["127.0.0.1", loopback.port],
        ...own.map((address): Target => [address, everywhere.port]),
        ["169.254.169.254", 80],
      ]);
      loopback.close();
      everywhere.close();
      assert.equal(found.endpoint, 200);
      assertNoneReached(found);
    });

    it("runs custom runtimes, each with its own Runtime API", async () => {
      for (const name of ["custom-one", "custom-two"]) {
        await createFunction(client, name, CUSTOM, CUSTOM_RUNTIME);
      }
      const answers = await Promise.all(["custom-one", "custom-two"].map((name) => invoke(client, name)));
      const addresses = answers.map(({ payload }) => String(payload));
      assert.equal(new Set(addresses).size, 2);
      const targets = addresses.map((address): Target => ["127.0.0.1", Number(address.split(":")[1])]);
      assertNoneReached(await probe(client, "probe", targets));
    });

    it("leads to the internet", { skip: isRoot ? false : "only root can make a host to reach" }, async () => {
      const stranger: InternetHost = await openInternetHost("198.51.100");
      try {
        const found = await probe(client, "probe", [[stranger.address, 80]]);
        assert.equal(found.targets[`${stranger.address} 80`], "reached");
      } finally {
        stranger.close();
      }
    });

    it("leaves no pasta behind when the server is killed", async () => {
      assert.ok(pastas().length > 0);
      server.child.kill("SIGKILL");
      await server.exited;
      await waitFor("every pasta to end", () => (pastas().length === 0 ? true : undefined));
    });
  });

  describe("with LAMBKIN_NETWORK=none", () => {
    before(() => start("none"));
    after(end);

    it("leads nowhere, and custom runtimes run all the same", async () => {
      const everywhere = await listenOn("0.0.0.0");
      const found = await probe(client, "probe", [
        ["127.0.0.1", everywhere.port],
        ["127.0.0.1", Number(new URL(server.url).port)],
        ["192.0.2.1", 80],
      ]);
      everywhere.close();
      assert.equal(found.endpoint, null);
      assertNoneReached(found);
      await createFunction(client, "custom", CUSTOM, CUSTOM_RUNTIME);
      assert.match(String((await invoke(client, "custom")).payload), /^127\.0\.0\.1:\d+$/);
    });
  });
});
