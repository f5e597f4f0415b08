/** What the functions of one server may send where, as nftables rules: one table, whatever the number of functions. */

/** The host as functions see it: AWS's own address of the Runtime API (recorded), and its port. */
export const GATEWAY = "169.254.100.1";
export const RUNTIME_API_PORT = 9001;

/** Where SDKs take credentials from without TLS, beside loopback addresses: that of ECS. It leads to the Runtime API's port. */
export const CREDENTIALS_ADDRESS = "169.254.170.2";

/** All functions of all servers of this machine: a range that no network uses (RFC 2544). */
export const ALL_GUESTS = "198.18.0.0/15";
/** A cloud tells its credentials there. */
export const LINK_LOCAL = "169.254.0.0/16";

const REFUSED = `{ ${ALL_GUESTS}, ${LINK_LOCAL}, 127.0.0.0/8, 224.0.0.0/4 }`;

export interface RuleSet {
  /** Tells this server's table and interfaces from those of others. */
  readonly server: number;
  /** CIDR of its guests. */
  readonly guests: string;
  /** Lambkin's own port on 127.0.0.1; undefined for functions that have no network. */
  readonly endpointPort: number | undefined;
  /** Guests may ask these for names wherever they are. */
  readonly nameServers: readonly string[];
  /** The loopback port of the Runtime API behind each interface. */
  readonly runtimeApis: ReadonlyMap<string, number>;
}

export function tableName(server: number): string {
  return `lambkin${server}`;
}

/** Of the host's end; the guest's is eth0. */
export function interfaceName(server: number, slot: number): string {
  return `lk${server}v${slot}`;
}

/** Of the interface that has the host's address; not one of those that rules are about. */
export function gatewayName(server: number): string {
  return `lk${server}g`;
}

/**
 * The group of a server's interfaces (a number of the kernel's). It takes 20 ms to remove one interface, and hardly more
 * for a whole group.
 */
export function interfaceGroup(server: number): number {
  return 198_180_000 + server;
}

/** Of 198.18.0.0/15: 4,096 addresses a server. */
const GUESTS_OF_SERVER = 4096;

/** Tells guests of all servers of this machine apart. */
export function guestNumber(server: number, slot: number): number {
  return server * GUESTS_OF_SERVER + slot;
}

/** The kernel counts from 1 and never gets here. */
const FIRST_INDEX = 1_000_000_000;

/** Of the host's end: chosen, so that nobody need ask for it. */
export function interfaceIndex(server: number, slot: number): number {
  return FIRST_INDEX + guestNumber(server, slot);
}

/** `owner` ties the table to the process that makes it (Linux 5.12). All in one line, which is one transaction. */
export function tableCommands(rules: RuleSet, isOwned: boolean): string {
  const { server, guests, endpointPort, nameServers, runtimeApis } = rules;
  const table = `inet ${tableName(server)}`;
  const flags = isOwned ? "flags owner; " : "";
  const from = `iifname "lk${server}v*"`;
  const to = `oifname "lk${server}v*"`;
  const hasNetwork = endpointPort !== undefined;
  const asksNames =
    hasNetwork && nameServers.length > 0
      ? [`${from} ip daddr { ${nameServers.join(", ")} } meta l4proto { tcp, udp } th dport 53 accept`]
      : [];
  const elements = [...runtimeApis].map(([name, port]) => `"${name}" : ${port}`).join(", ");
  const chains = [
    // Before the filters of the host, so that what we refuse stays refused; what we accept they may still refuse.
    chain("prerouting", "type nat hook prerouting priority dstnat", [
      ...(hasNetwork
        ? [`${from} ip daddr ${GATEWAY} tcp dport ${endpointPort} dnat ip to 127.0.0.1:${endpointPort}`]
        : []),
      `${from} ip daddr ${GATEWAY} tcp dport ${RUNTIME_API_PORT} dnat ip to 127.0.0.1 : iifname map @runtime_api`,
      `${from} ip daddr ${CREDENTIALS_ADDRESS} tcp dport 80 dnat ip to 127.0.0.1 : iifname map @runtime_api`,
    ]),
    // To the host itself: what was led to the ports above, and names where the host answers for them.
    chain("input", "type filter hook input priority -10", [
      `iifname != "lk${server}v*" return`,
      "ct state established,related accept",
      "ct status dnat accept",
      ...asksNames,
      // Messages about a port are sent sparingly, resets at once.
      "meta l4proto tcp reject with tcp reset",
      "reject",
    ]),
    chain("forward", "type filter hook forward priority -10", [
      `${to} ct state established,related accept`,
      `${to} drop`,
      ...asksNames,
      `${from} ip daddr ${REFUSED} meta l4proto tcp reject with tcp reset`,
      `${from} ip daddr ${REFUSED} reject`,
      `${from} meta nfproto ipv6 drop`,
      ...(hasNetwork ? [] : [`${from} reject`]),
    ]),
    chain("postrouting", "type nat hook postrouting priority srcnat", [
      `ip saddr ${guests} oifname != "lo" masquerade`,
    ]),
  ];
  const map = `map runtime_api { type ifname : inet_service; ${elements && `elements = { ${elements} }; `}}`;
  return `table ${table} { ${flags}}; delete table ${table}; table ${table} { ${flags}${[map, ...chains].join("; ")}; }`;
}

/** The slot's guest finds its Runtime API, which listens on this loopback port. */
export function runtimeApiCommand(server: number, slotInterface: string, port: number): string {
  return `add element inet ${tableName(server)} runtime_api { "${slotInterface}" : ${port} }`;
}

export function forgetRuntimeApiCommand(server: number, slotInterface: string): string {
  return `delete element inet ${tableName(server)} runtime_api { "${slotInterface}" }`;
}

function chain(name: string, hook: string, rules: readonly string[]): string {
  return `chain ${name} { ${hook}; policy accept; ${rules.map((rule) => `${rule}; `).join("")}}`;
}
