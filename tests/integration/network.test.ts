/** What functions reach where each has a network namespace: Lambkin's endpoint and the internet, nothing else of this machine. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
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
import {
  type ServerProcess,
  spawnServer,
  startTestServer,
  type TestServer,
  temporaryFolder,
} from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "only root can give functions network namespaces";

const GATEWAY = "169.254.100.1";

/** The guest's own. */
function addressOf({ addresses }: Probed): string {
  const found = /(198\.1[89]\.\d+\.\d+)\/32/.exec(addresses)?.[1];
  assert.ok(found, addresses);
  return found;
}

/** Of the server whose guest has this address. */
function serverNumber(address: string): number {
  const [, second = 0, third = 0] = address.split(".").map(Number);
  return ((second - 18) * 65_536 + third * 256) >> 12;
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "latin1").trim();
  } catch {
    return undefined;
  }
}

/** Those it started, and those that its helpers did for it. */
function processesOf({
  child,
}: ServerProcess): { readonly pid: string; readonly name: string | undefined }[] {
  const own = childrenOf(String(child.pid));
  return [...own, ...own.flatMap(childrenOf)].map((pid) => ({ pid, name: nameOf(pid) }));
}

function childrenOf(pid: string): string[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  return children === "" ? [] : children.split(" ");
}

function assertNoneReached({ targets }: Probed): void {
  assert.ok(Object.keys(targets).length > 0);
  for (const [target, what] of Object.entries(targets)) assert.equal(what, "refused", target);
}

describe("the network of functions", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  const listeners: { close(): void }[] = [];
  before(async () => {
    server = await startTestServer({ LAMBKIN_NETWORK: "namespaces" });
    client = lambdaClient(server.url);
    await createFunction(client, "probe", PROBE);
  });
  after(async () => {
    for (const listener of listeners) listener.close();
    await server.stop();
  });

  const portOn = async (host: string): Promise<number> => {
    const listener = await listenOn(host);
    listeners.push(listener);
    return listener.port;
  };

  it("has Lambkin's endpoint, and no other port of the host", async () => {
    const loopback = await portOn("127.0.0.1");
    const everywhere = await portOn("0.0.0.0");
    const everywhereByIpv6 = await portOn("::");
    const serverPort = Number(new URL(server.url).port);
    const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const own = all.filter(({ family }) => family === "IPv4").map(({ address }) => address);
    const ownByIpv6 = all
      .filter(({ family, scopeid }) => family === "IPv6" && scopeid === 0)
      .map((each) => each.address);
    const found = await probe(client, "probe", [
      ["127.0.0.1", serverPort],
      ["127.0.0.1", loopback],
      [GATEWAY, loopback],
      ...own.map((address): Target => [address, everywhere]),
      ...own.filter((address) => address !== GATEWAY).map((address): Target => [address, serverPort]),
      ...ownByIpv6.map((address): Target => [address, everywhereByIpv6]),
    ]);
    assert.equal(found.endpoint, 200);
    assertNoneReached(found);
    assert.doesNotMatch(found.addresses, /inet6 (?!::1)/, "IPv6 is off");
  });

  it("has the endpoint for Node.js as well, and where the server listens on ::1", async () => {
    const call = nodeZip(`exports.handler = async (event, { functionName }) =>
      (await fetch(process.env.AWS_ENDPOINT_URL + "/2015-03-31/functions/" + functionName)).status;`);
    await createFunction(client, "calling", call, NODE);
    assert.equal((await invoke(client, "calling")).payload, 200);
    const other = await startTestServer({ LAMBKIN_HOST: "::1" });
    try {
      const there = lambdaClient(other.url);
      await createFunction(there, "calling", call, NODE);
      assert.equal((await invoke(there, "calling")).payload, 200);
    } finally {
      await other.stop();
    }
  });

  it("does not lead to the metadata address of a cloud, nor to any other link-local one", async () => {
    const addresses = ["169.254.169.254", "169.254.3.4"];
    for (const address of addresses) execFileSync("ip", ["addr", "add", `${address}/32`, "dev", "lo"]);
    try {
      const targets: Target[] = [];
      for (const address of addresses) targets.push([address, await portOn(address)]);
      for (const [address, port] of targets) assert.ok((await fetch(`http://${address}:${port}/`)).ok);
      assertNoneReached(await probe(client, "probe", targets));
    } finally {
      for (const address of addresses) execFileSync("ip", ["addr", "del", `${address}/32`, "dev", "lo"]);
    }
  });

  it("does not lead from one function to another, nor to that of another server", async () => {
    const other = await startTestServer();
    const there = lambdaClient(other.url);
    try {
      await createFunction(client, "neighbour", PROBE);
      await createFunction(there, "probe", PROBE);
      const neighbour = addressOf(await probe(client, "neighbour", []));
      const stranger = addressOf(await probe(there, "probe", []));
      assert.notEqual(serverNumber(neighbour), serverNumber(stranger));
      const waiting = invoke(client, "neighbour", { listen: 7000 });
      const listening = invoke(there, "probe", { listen: 7000 });
      const targets: Target[] = [neighbour, stranger].flatMap((address) => [
        [address, 7000],
        [address, 22],
      ]);
      assertNoneReached(await probe(client, "probe", targets));
      assert.equal((await waiting).payload, "nobody came");
      assert.equal((await listening).payload, "nobody came");
    } finally {
      await other.stop();
    }
  });

  it("has one's own Runtime API where AWS has it, and nobody else's", async () => {
    for (const name of ["custom-one", "custom-two"]) {
      await createFunction(client, name, CUSTOM, CUSTOM_RUNTIME);
    }
    // At the same time, by the same address: neither gets what is the other's.
    const answers = await Promise.all(["custom-one", "custom-two"].map((name) => invoke(client, name)));
    for (const { payload } of answers) assert.equal(payload, `${GATEWAY}:9001`);
    // A managed function has nothing to take there: its runtime speaks over a socket of its own.
    const ask = pythonZip(`
import urllib.error, urllib.request
def lambda_handler(event, context):
    try: urllib.request.urlopen("http://${GATEWAY}:9001/2018-06-01/runtime/invocation/next", timeout=5)
    except urllib.error.HTTPError as error: return error.code
`);
    await createFunction(client, "asks", ask);
    assert.equal((await invoke(client, "asks")).payload, 404);
  });

  describe("towards the internet", () => {
    let stranger: InternetHost;
    before(async () => {
      stranger = await openInternetHost("203.0.113");
    });
    after(() => stranger.close());

    it("leads, in the name of the host", async () => {
      const code = nodeZip("exports.handler = async (url) => (await fetch(url)).text();");
      await createFunction(client, "surfing", code, NODE);
      assert.equal((await invoke(client, "surfing", stranger.url)).payload, stranger.ownAddress);
    });

    it("leads nowhere with LAMBKIN_NETWORK=none, and custom runtimes run all the same", async () => {
      const offline = await startTestServer({ LAMBKIN_NETWORK: "none" });
      try {
        const there = lambdaClient(offline.url);
        await createFunction(there, "probe", PROBE);
        const found = await probe(there, "probe", [
          [stranger.address, 80],
          [stranger.ownAddress, await portOn("0.0.0.0")],
          [GATEWAY, Number(new URL(offline.url).port)],
        ]);
        assert.equal(found.endpoint, null);
        assertNoneReached(found);
        await createFunction(there, "custom", CUSTOM, CUSTOM_RUNTIME);
        assert.equal((await invoke(there, "custom")).payload, `${GATEWAY}:9001`);
      } finally {
        await offline.stop();
      }
    });
  });
});

describe("the rules of functions' networks", { skip }, () => {
  let dataDir: string;
  let server: ServerProcess;
  let client: LambdaClient;
  let number: number;
  before(async () => {
    dataDir = await temporaryFolder();
    await start();
  });
  after(async () => {
    server.child.kill("SIGKILL");
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    await rm(dataDir, { recursive: true, force: true });
    dataDir = await temporaryFolder();
    server = await spawnServer(dataDir, { LAMBKIN_NETWORK: "namespaces" });
    client = lambdaClient(server.url);
    await createFunction(client, "probe", PROBE);
    number = serverNumber(addressOf(await probe(client, "probe", [])));
  }

  /** Others run servers beside this one: handles and numbers that are never given twice tell ours from theirs. */
  const tableHandle = (): string | undefined => {
    try {
      const table = execFileSync("nft", ["-a", "list", "table", "inet", `lambkin${number}`], {
        stdio: "pipe",
      });
      return /# handle (\d+)/.exec(String(table))?.[1];
    } catch {
      return undefined;
    }
  };
  const interfaces = (): number[] =>
    readdirSync("/sys/class/net")
      .filter((name) => name.startsWith(`lk${number}v`))
      .flatMap((name) => {
        try {
          return Number(readFileSync(`/sys/class/net/${name}/ifindex`, "utf8"));
        } catch {
          return [];
        }
      });

  it("are taken away by nobody else", () => {
    assert.throws(() =>
      execFileSync("nft", ["delete", "table", "inet", `lambkin${number}`], { stdio: "pipe" }),
    );
    assert.ok(tableHandle());
  });

  it("come back when the process that holds them is killed", async () => {
    const handle = tableHandle();
    const holder = processesOf(server).find(({ name }) => name === "nft");
    assert.ok(holder);
    process.kill(Number(holder.pid), "SIGKILL");
    await waitFor("new rules", () => (tableHandle() ?? handle) !== handle || undefined);
    const listener = await listenOn("0.0.0.0");
    try {
      const found = await waitFor("the endpoint", async () => {
        const probed = await probe(client, "probe", [[GATEWAY, listener.port]]);
        return probed.endpoint === 200 ? probed : undefined;
      });
      assertNoneReached(found);
    } finally {
      listener.close();
    }
    await createFunction(client, "custom", CUSTOM, CUSTOM_RUNTIME);
    assert.equal((await invoke(client, "custom")).payload, `${GATEWAY}:9001`);
  });

  it("do not go before the network of what outlives the server", async () => {
    const guest = processesOf(server).find(({ name }) => name === "bwrap");
    assert.ok(guest);
    const survivor = spawn("nsenter", [`--net=/proc/${guest.pid}/ns/net`, "--", "sleep", "600"]);
    try {
      await waitFor("the survivor", () => nameOf(String(survivor.pid)) === "sleep" || undefined);
      const own = interfaces();
      server.child.kill("SIGKILL");
      await server.exited;
      await waitFor("no interface while there are no rules", () => {
        const areGone = !interfaces().some((index) => own.includes(index));
        assert.ok(areGone || tableHandle() !== undefined, "interfaces without rules");
        return areGone || undefined;
      });
      assert.equal(survivor.exitCode, null);
    } finally {
      survivor.kill("SIGKILL");
    }
    await start();
  });

  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    it(`go with the server after ${signal}, and its interfaces too`, async () => {
      await waitFor("a table of this server", tableHandle);
      const handle = tableHandle();
      const own = interfaces();
      assert.ok(own.length > 0);
      server.child.kill(signal);
      await server.exited;
      await waitFor("everything to be gone", () =>
        tableHandle() !== handle && !interfaces().some((index) => own.includes(index)) ? true : undefined,
      );
      await start();
    });
  }
});

describe("LAMBKIN_NETWORK", () => {
  it("asks for more than a process without isolation can have", async () => {
    const settings = { LAMBKIN_ISOLATION: "process", LAMBKIN_NETWORK: "none" };
    await assert.rejects(startTestServer(settings), /LAMBKIN_NETWORK=none, but functions without isolation/);
  });

  it("may be the host's, and health says what that means", async () => {
    const server = await startTestServer({ LAMBKIN_NETWORK: "host" });
    try {
      const client = lambdaClient(server.url);
      await createFunction(client, "probe", PROBE);
      const listener = await listenOn("127.0.0.1");
      const found = await probe(client, "probe", [["127.0.0.1", listener.port]]);
      listener.close();
      assert.deepEqual([found.endpoint, Object.values(found.targets)], [200, ["reached"]]);
      const health = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        network: string;
        weaknesses: string[];
      };
      assert.equal(health.network, "host");
      assert.ok(health.weaknesses.some((text) => text.startsWith("the network is the host's own")));
    } finally {
      await server.stop();
    }
  });
});
