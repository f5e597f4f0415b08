/** A host beyond this machine, for tests as root: a network namespace of its own with a web server in it. */
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { waitFor } from "./wait.ts";

export interface InternetHost {
  /** Answers with the address its caller has. */
  readonly url: string;
  readonly address: string;
  /** This machine's towards it. */
  readonly ownAddress: string;
  close(): void;
}

/** `network`: the first three numbers of a /24 of a range for documentation (RFC 5737) that no other test uses. */
export async function openInternetHost(network: string): Promise<InternetHost> {
  const [address, ownAddress] = [`${network}.2`, `${network}.1`];
  const web = `import http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(self.client_address[0].encode())
    def log_message(self, *_): pass
http.server.HTTPServer(("${address}", 80), Handler).serve_forever()`;
  const script = `echo made; read -r _; ip addr add ${address}/24 dev eth0; ip link set lo up; ip link set eth0 up
exec python3 -c '${web}'`;
  const host = spawn("unshare", ["--net", "--", "/bin/sh", "-c", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await createInterface(host.stdout)[Symbol.asyncIterator]().next();
  const name = `lktest${host.pid}`;
  const ip = (...args: string[]): unknown => execFileSync("ip", args);
  ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", String(host.pid));
  ip("addr", "add", `${ownAddress}/24`, "dev", name);
  ip("link", "set", name, "up");
  host.stdin.write("\n");
  const url = `http://${address}/`;
  await waitFor("the web server", async () =>
    (await fetch(url).catch(() => undefined)) === undefined ? undefined : true,
  );
  return { url, address, ownAddress, close: () => host.kill("SIGKILL") };
}
