/** The nftables rules of one server's functions: where their packets may go. One table for all of them. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The host as functions see it: AWS's own address of the Runtime API (recorded), and its port. */
export const GATEWAY = "169.254.100.1";
export const RUNTIME_API_PORT = 9001;

/** All functions of all servers of this machine: a range that is routed nowhere (RFC 2544). */
const ALL_GUESTS = "198.18.0.0/15";

const UNREACHABLE = `{ ${ALL_GUESTS}, 169.254.0.0/16, 127.0.0.0/8, 224.0.0.0/4 }`;

export interface RuleSet {
  /** Tells this server's table and interfaces from those of others. */
  readonly server: number;
  /** CIDR of its guests. */
  readonly guests: string;
  /** Lambkin's own port; undefined for functions that have no network. */
  readonly endpointPort: number | undefined;
  /** Name servers that guests may ask wherever they are. */
  readonly nameServers: readonly string[];
}

export function tableName(server: number): string {
  return `lambkin${server}`;
}

/** Of the host's end; the guest's is eth0. */
export function interfaceName(server: number, slot: number): string {
  return `lk${server}v${slot}`;
}

export async function loadRules(rules: RuleSet): Promise<void> {
  await nft(
    `table inet ${tableName(rules.server)}\ndelete table inet ${tableName(rules.server)}\n${text(rules)}`,
  );
}

/** The slot's guest finds its Runtime API, which listens on this loopback port. */
export async function addRuntimeApi(server: number, slot: number, port: number): Promise<void> {
  const element = `"${interfaceName(server, slot)}" : ${port}`;
  await nft(`add element inet ${tableName(server)} runtime_api { ${element} }\n`);
}

/** Safe where there is none. */
export async function removeRules(server: number): Promise<void> {
  await nft(`table inet ${tableName(server)}\ndelete table inet ${tableName(server)}\n`);
}

/** Numbers of the servers that have a table. */
export async function serversWithRules(): Promise<number[]> {
  const { stdout } = await run("nft", ["list", "tables", "inet"]);
  return [...stdout.matchAll(/^table inet lambkin(\d+)$/gm)].map((match) => Number(match[1]));
}

function text({ server, guests, endpointPort, nameServers }: RuleSet): string {
  const ours = `"lk${server}v*"`;
  const hasNetwork = endpointPort !== undefined;
  const asks = nameServers.map(
    (address) => `iifname ${ours} ip daddr ${address} meta l4proto { tcp, udp } th dport 53 accept`,
  );
  const lines = [
    `table inet ${tableName(server)} {`,
    "map runtime_api { type ifname : inet_service; }",
    "chain prerouting {",
    "type nat hook prerouting priority dstnat; policy accept;",
    ...(hasNetwork
      ? [`iifname ${ours} ip daddr ${GATEWAY} tcp dport ${endpointPort} dnat ip to 127.0.0.1:${endpointPort}`]
      : []),
    `iifname ${ours} ip daddr ${GATEWAY} tcp dport ${RUNTIME_API_PORT} dnat ip to 127.0.0.1 : iifname map @runtime_api`,
    "}",
    // To the host itself: nothing but what was led to the two ports above.
    "chain input {",
    "type filter hook input priority -10; policy accept;",
    `iifname != ${ours} return`,
    "ct state established,related accept",
    "ct status dnat accept",
    // Messages about a port are sent sparingly, resets at once.
    "meta l4proto tcp reject with tcp reset",
    "reject",
    "}",
    "chain forward {",
    "type filter hook forward priority -10; policy accept;",
    `oifname ${ours} ct state established,related accept`,
    `oifname ${ours} drop`,
    ...(hasNetwork ? asks : []),
    // Neighbours, other servers' functions, and link-local addresses such as a cloud's metadata.
    `iifname ${ours} ip daddr ${UNREACHABLE} meta l4proto tcp reject with tcp reset`,
    `iifname ${ours} ip daddr ${UNREACHABLE} reject`,
    `iifname ${ours} meta nfproto ipv6 drop`,
    `iifname ${ours} ${hasNetwork ? "accept" : "reject"}`,
    "}",
    "chain postrouting {",
    "type nat hook postrouting priority srcnat; policy accept;",
    `ip saddr ${guests} oifname != "lo" masquerade`,
    "}",
    "}",
    "",
  ];
  return lines.join("\n");
}

function nft(script: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = execFile("nft", ["-f", "-"], (error) => (error === null ? resolve() : reject(error)));
  child.stdin?.on("error", () => {});
  child.stdin?.end(script);
  return promise;
}
