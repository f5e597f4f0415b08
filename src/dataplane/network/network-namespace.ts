/**
 * One network namespace with a way out: eth0, whose other end is an interface of the host. Nothing but an open descriptor
 * of this process holds it: it goes, and its interfaces with it, however the server ends.
 */
import { invariant } from "../../errors/mod.ts";
import type { HostHelper } from "../host/host-helper.ts";
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
  /** Its number, which is nobody else's on this machine. */
  readonly interfaceIndex: number;
  readonly interfaceGroup: number;
  /** The guest's. */
  readonly address: string;
  /** Path of the user namespace below which its owner is to be; the host itself owns it where there is none. */
  readonly within: string | undefined;
  readonly helper: HostHelper;
}

/** Rejects where this process may not make one. */
export async function openNetworkNamespace(options: NetworkNamespaceOptions): Promise<NetworkNamespace> {
  const { interfaceName, interfaceIndex, interfaceGroup, address, within = "", helper } = options;
  const [network, user] = await helper.askForNamespaces(
    "make-network",
    ...[within, interfaceName, String(interfaceIndex), String(interfaceGroup)],
    ...[HOST_HARDWARE_ADDRESS, address, GATEWAY, CREDENTIALS_ADDRESS],
    // The rules of the host refuse these too; here nobody can take them away.
    ...[LINK_LOCAL, ALL_GUESTS],
  );
  invariant(network, "a network without a namespace");
  const abandon = (): void => {
    network.close();
    user?.close();
  };
  return {
    file: network.file,
    userFile: user?.file,
    close: async () => {
      await helper.ask("remove-interface", interfaceName).catch(() => {});
      abandon();
    },
    abandon,
  };
}
