/** What functions reach: Lambkin's endpoint and the internet, and nothing else of this machine. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip, zip } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const isRoot = process.getuid?.() === 0;
const skip = isRoot ? false : "only root can give functions a network of their own";

/** Tries TCP connections; tells what came of each, and its own addresses. */
const PROBE = pythonZip(`
import os, socket, subprocess, time, urllib.request
def tried(host, port):
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            return "reached" if connection.recv(1) else "closed"
    except OSError as error:
        return "refused"
def lambda_handler(event, context):
    if event.get("listen"):
        listener = socket.create_server(("0.0.0.0", event["listen"]))
        listener.settimeout(3)
        try:
            listener.accept()
            return "somebody came"
        except TimeoutError:
            return "nobody came"
    url = os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + context.function_name
    try:
        endpoint = urllib.request.urlopen(url, timeout=2).status
    except OSError:
        endpoint = None
    addresses = subprocess.run(["ip", "-4", "-o", "addr"], capture_output=True, text=True).stdout
    return {"endpoint": endpoint, "addresses": addresses, **{f"{h}:{p}": tried(h, p) for h, p in event["targets"]}}
`);

type Found = Record<string, string | number | null>;

/** The guest's own. */
function addressOf(found: Found): string {
  return /(198\.1[89]\.\d+\.\d+)\/32/.exec(String(found["addresses"]))?.[1] ?? "";
}

describe("the network of functions", { skip }, () => {
  let server: TestServer;
  let client: LambdaClient;
  const listeners: { close(): void }[] = [];
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "probe", PROBE);
  });
  after(async () => {
    for (const listener of listeners) listener.close();
    await server.stop();
  });

  async function listenOn(host: string): Promise<number> {
    const listener = createServer((_request, response) => response.end("hello"));
    listeners.push(listener);
    await new Promise<void>((resolve) => listener.listen(0, host, resolve));
    return (listener.address() as AddressInfo).port;
  }

  const probe = async (targets: readonly (readonly [string, number])[], on = client): Promise<Found> =>
    (await invoke(on, "probe", { targets })).payload as Found;

  it("has Lambkin's endpoint, and no other port of the host", async () => {
    const everywhere = await listenOn("0.0.0.0");
    const loopback = await listenOn("127.0.0.1");
    const serverPort = Number(new URL(server.url).port);
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => address)
      .filter((address) => address !== "169.254.100.1");
    const targets = [
      ["127.0.0.1", serverPort],
      ["127.0.0.1", loopback],
      ["169.254.100.1", loopback],
      ["169.254.100.1", everywhere],
      ["169.254.100.1", 22],
      ...own.map((address) => [address, everywhere] as const),
      ...own.map((address) => [address, serverPort] as const),
    ] as const;
    const { endpoint, addresses, ...found } = await probe(targets);
    assert.equal(endpoint, 200);
    assert.match(String(addresses), /198\.1[89]\.\d+\.\d+\/32/);
    for (const [target, what] of Object.entries(found)) assert.equal(what, "refused", target);
  });

  it("does not lead to the metadata address of a cloud", async () => {
    execFileSync("ip", ["addr", "add", "169.254.169.254/32", "dev", "lo"]);
    try {
      const port = await listenOn("169.254.169.254");
      const found = await probe([["169.254.169.254", port]]);
      assert.equal(found[`169.254.169.254:${port}`], "refused");
    } finally {
      execFileSync("ip", ["addr", "del", "169.254.169.254/32", "dev", "lo"]);
    }
  });

  it("does not lead from one function to another, nor to that of another server", async () => {
    const other = await startTestServer();
    try {
      await createFunction(client, "neighbour", PROBE);
      await createFunction(lambdaClient(other.url), "probe", PROBE);
      const waiting = invoke(client, "neighbour", { listen: 7000 });
      const everyGuest = Array.from({ length: 20 }, (_, at) => [`198.18.0.${at + 1}`, 7000] as const);
      const elsewhere = addressOf(await probe([], lambdaClient(other.url)));
      assert.notEqual(elsewhere, "");
      const listening = invoke(lambdaClient(other.url), "probe", { listen: 7000 });
      const found = await probe([...everyGuest, [elsewhere, 7000]]);
      for (const [target, what] of Object.entries(found)) assert.notEqual(what, "reached", target);
      assert.equal((await waiting).payload, "nobody came");
      assert.equal((await listening).payload, "nobody came");
    } finally {
      await other.stop();
    }
  });

  it("does not lead to another function's Runtime API", async () => {
    const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
while true; do
  headers=$(mktemp)
  curl -sS -D "$headers" "$api/invocation/next" > /dev/null
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  sleep 1
  curl -sS -o /dev/null -d "\\"$AWS_LAMBDA_RUNTIME_API\\"" "$api/invocation/$id/response"
done
`;
    for (const name of ["custom-one", "custom-two"]) {
      await createFunction(client, name, zip({ bootstrap }, ["bootstrap"]), {
        Runtime: "provided.al2023",
        Handler: "h",
      });
    }
    const answers = await Promise.all(["custom-one", "custom-two"].map((name) => invoke(client, name)));
    for (const { payload } of answers) assert.equal(payload, "169.254.100.1:9001");
    // A managed function has nothing to take there: its runtime speaks over a socket of its own.
    const ask = pythonZip(`
import urllib.error, urllib.request
def lambda_handler(event, context):
    try: urllib.request.urlopen("http://169.254.100.1:9001/2018-06-01/runtime/invocation/next", timeout=5)
    except urllib.error.HTTPError as error: return error.code
`);
    await createFunction(client, "asks", ask);
    assert.equal((await invoke(client, "asks")).payload, 404);
  });

  describe("towards the internet", () => {
    let stranger: ChildProcess;
    before(async () => {
      // A host beyond this one: a namespace of the test's own, with a web server in it.
      const web = `import http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(self.client_address[0].encode())
http.server.HTTPServer(("203.0.113.2", 80), Handler).serve_forever()`;
      const script = `echo made; read -r _; ip addr add 203.0.113.2/24 dev eth0; ip link set lo up; ip link set eth0 up
echo ready; exec python3 -c '${web}'`;
      stranger = spawn("unshare", ["--net", "--", "/bin/sh", "-c", script], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      assert.ok(stranger.stdout && stranger.stdin);
      const lines = createInterface(stranger.stdout)[Symbol.asyncIterator]();
      await lines.next();
      const ip = (...args: string[]) => execFileSync("ip", args);
      ip("link", "add", "lktest1", "type", "veth", "peer", "name", "eth0", "netns", String(stranger.pid));
      ip("addr", "add", "203.0.113.1/24", "dev", "lktest1");
      ip("link", "set", "lktest1", "up");
      stranger.stdin.write("\n");
      await lines.next();
    });
    after(() => {
      stranger.kill("SIGKILL");
    });

    it("leads, as the host", async () => {
      const code = nodeZip(`exports.handler = async () => (await fetch("http://203.0.113.2/")).text();`);
      await createFunction(client, "surfing", code, NODE);
      await waitFor("the web server", async () =>
        (await fetch("http://203.0.113.2/").catch(() => undefined)) === undefined ? undefined : true,
      );
      assert.equal((await invoke(client, "surfing")).payload, "203.0.113.1");
    });

    it("leads nowhere with LAMBKIN_NETWORK=none, and custom runtimes run all the same", async () => {
      const offline = await startTestServer({ LAMBKIN_NETWORK: "none" });
      try {
        const there = lambdaClient(offline.url);
        await createFunction(there, "probe", PROBE);
        const found = await probe(
          [
            ["203.0.113.2", 80],
            ["203.0.113.1", 22],
          ],
          there,
        );
        assert.deepEqual([found["endpoint"], found["203.0.113.2:80"]], [null, "refused"]);
        const bootstrap = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
id=$(curl -sS -D - -o /dev/null "$api/invocation/next" | tr -d '\\r' | sed -n 's/^lambda-runtime-aws-request-id: //ip')
curl -sS -o /dev/null -d '"here"' "$api/invocation/$id/response"
curl -sS "$api/invocation/next"
`;
        await createFunction(there, "custom", zip({ bootstrap }, ["bootstrap"]), {
          Runtime: "provided.al2023",
          Handler: "h",
        });
        assert.equal((await invoke(there, "custom")).payload, "here");
      } finally {
        await offline.stop();
      }
    });
  });

  it("leaves nothing behind, neither after a stop nor after a kill", async () => {
    // Other servers run beside this one: numbers that are never given twice tell its own from theirs.
    const interfaces = (server: number) =>
      readdirSync("/sys/class/net")
        .filter((name) => name.startsWith(`lk${server}v`))
        .flatMap((name) => {
          try {
            return [Number(readFileSync(`/sys/class/net/${name}/ifindex`, "utf8"))];
          } catch {
            // Gone between the two looks.
            return [];
          }
        });
    const tables = () => {
      const { nftables } = JSON.parse(String(execFileSync("nft", ["-j", "list", "tables"]))) as {
        nftables: { table?: { name: string; handle: number } }[];
      };
      return nftables.flatMap(({ table }) => (table === undefined ? [] : [table]));
    };
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      const dataDir = await temporaryFolder();
      const process = await spawnServer(dataDir);
      try {
        const there = lambdaClient(process.url);
        await createFunction(there, "probe", PROBE);
        const address = addressOf(await probe([], there))
          .split(".")
          .map(Number);
        const server = (((address[1] ?? 0) - 18) * 65_536 + (address[2] ?? 0) * 256) >> 12;
        const own = interfaces(server);
        const { handle } = tables().find(({ name }) => name === `lambkin${server}`) ?? {};
        assert.ok(own.length > 0 && handle !== undefined);
        process.child.kill(signal);
        await process.exited;
        await waitFor(`its interfaces to go after ${signal}`, () =>
          interfaces(server).some((index) => own.includes(index)) ? undefined : true,
        );
        if (signal === "SIGKILL") await (await startTestServer()).stop();
        assert.ok(!tables().some((table) => table.handle === handle), `its rules stayed after ${signal}`);
      } finally {
        process.child.kill("SIGKILL");
        await rm(dataDir, { recursive: true, force: true });
      }
    }
  });
});
