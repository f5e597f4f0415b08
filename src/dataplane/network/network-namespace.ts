/**
 * One network namespace with a way out: eth0, whose other end is an interface of the host. Nothing but an open descriptor
 * of this process holds it: it goes, and its interfaces with it, however the server ends.
 */
import { closeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { type IpCommands, ipScript } from "./ip-command.ts";
import { makeNamespace } from "./make-namespace.ts";
import { ALL_GUESTS, CREDENTIALS_ADDRESS, GATEWAY, LINK_LOCAL } from "./network-rules.ts";

/** Of every host's end: a cable has two ends only, so they need not differ. */
const HOST_HARDWARE_ADDRESS = "02:00:a9:fe:64:01";

export interface NetworkNamespace {
  /** For `nsenter --net=`. */
  readonly file: string;
  /** For `nsenter --user=`: its owner, where that is not the host. */
  readonly userFile: string | undefined;
  /** Resolves when its interfaces are gone, and their names free again. */
  close(): Promise<void>;
  /** Lets go of it: the kernel removes it in its own time. */
  abandon(): void;
}

export interface NetworkNamespaceOptions {
  /** Of the host's end. */
  readonly interfaceName: string;
  readonly interfaceGroup: number;
  /** The guest's. */
  readonly address: string;
  /** Path of the user namespace below which its owner is to be; the host itself owns it where there is none. */
  readonly within: string | undefined;
  readonly ip: IpCommands;
}

/** Rejects where this process may not make one. */
export async function openNetworkNamespace(options: NetworkNamespaceOptions): Promise<NetworkNamespace> {
  const { interfaceName, interfaceGroup, address, within, ip } = options;
  const made = await makeNamespace({
    kinds: within === undefined ? ["net"] : ["user", "net"],
    within,
    // Once the host has put the guest's end of the cable in.
    setUp: [
      "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 2>/dev/null",
      ipScript([
        "link set lo up",
        `addr add ${address}/32 dev eth0`,
        "link set eth0 up",
        // Nobody on the host's end answers for it.
        `neigh add ${GATEWAY} lladdr ${HOST_HARDWARE_ADDRESS} dev eth0 nud permanent`,
        `route add ${GATEWAY}/32 dev eth0`,
        `route add default via ${GATEWAY} dev eth0 onlink`,
        `route add ${CREDENTIALS_ADDRESS}/32 via ${GATEWAY} dev eth0 onlink`,
        // The rules of the host refuse these too; here nobody can take them away.
        `route add unreachable ${LINK_LOCAL}`,
        `route add unreachable ${ALL_GUESTS}`,
      ]),
    ].join("\n"),
    connect: async (pid) => {
      const cable = `link add ${interfaceName} group ${interfaceGroup} address ${HOST_HARDWARE_ADDRESS} type veth peer name eth0 netns ${pid}`;
      // The kernel may still be clearing away what a killed server left under this name.
      await ip.run([cable]).catch(async () => {
        await ip.run([`link del ${interfaceName}`]).catch(() => {});
        await ip.run([cable]);
      });
      const settings = (family: string): string => `/proc/sys/net/${family}/conf/${interfaceName}`;
      // What is led to the host's loopback comes in here; the rules let nothing else get there.
      await writeFile(`${settings("ipv4")}/route_localnet`, "1");
      // Browsers on the host drop what they load whenever an address comes or goes: this end has none, of IPv6 neither.
      await writeFile(`${settings("ipv6")}/disable_ipv6`, "1").catch(() => {});
      await ip.run([
        `link set ${interfaceName} up`,
        `route add ${address}/32 dev ${interfaceName} src ${GATEWAY}`,
      ]);
    },
  });
  const abandon = (): void => {
    for (const descriptor of made.descriptors) closeSync(descriptor);
  };
  return {
    file: made.files.net,
    userFile: within === undefined ? undefined : made.files.user,
    close: async () => {
      await ip.run([`link del ${interfaceName}`]).catch(() => {});
      abandon();
    },
    abandon,
  };
}
