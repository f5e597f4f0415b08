/** How an environment reaches the world, and how its runtime reaches the Runtime API. */
import type { ApiListener } from "../runtime-api/api-listener.ts";

export type NetworkName = "namespaces" | "host" | "none";

/** One environment's share of the network, through all lives of its processes. */
export interface NetworkSlot {
  /** For `nsenter --net=`; undefined is the host's own network. */
  readonly namespace: string | undefined;
  /** Host file for the guest's /etc/resolv.conf, where the host's own would lead nowhere. */
  readonly resolvConf: string | undefined;
  /** Host file for the guest's /etc/hosts, which knows the guest by the names that extensions use for it. */
  readonly hosts: string;
  /** At which this process reaches what the guest listens on. */
  readonly guestAddress: string;
  readonly api: ApiListener;
  /** `host:port` at which the guest finds `api`. */
  readonly apiAddress: string;
  /** Lambkin's own endpoint as the guest reaches it. */
  readonly endpointUrl: string;
  /** When no process of the guest is left. */
  release(): Promise<void>;
}

export interface Network {
  readonly name: NetworkName;
  /** What it does not keep apart; for health and SECURITY.md. */
  readonly weaknesses: readonly string[];
  /** The server listens on this loopback URL; slots can be had from now on. */
  start(endpointUrl: string): Promise<void>;
  acquire(): Promise<NetworkSlot>;
  close(): Promise<void>;
}
