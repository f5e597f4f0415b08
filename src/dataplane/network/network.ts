/** How an environment reaches the world, and how its runtime reaches the Runtime API. */
import type { ApiListener } from "../runtime-api/api-listener.ts";

export type NetworkName = "namespaces" | "pasta" | "host" | "none";

/** What a sandbox has to enter, and to see, for its network. */
export interface GuestNetwork {
  /** Path of the network namespace, for `nsenter --net=` or an OCI runtime; undefined is the host's own. */
  readonly namespace: string | undefined;
  /** Path of the user namespace that owns it, where that is not the host's: to be entered first. */
  readonly userNamespace: string | undefined;
  /** Host file for the guest's /etc/resolv.conf, where the host's own would lead nowhere. */
  readonly resolvConf: string | undefined;
  /** Host file for the guest's /etc/hosts, which knows the guest by the names that extensions use for it. */
  readonly hosts: string;
}

/** One environment's share of the network, through all lives of its processes. */
export interface NetworkSlot extends GuestNetwork {
  readonly api: ApiListener;
  /** `host:port` at which the guest finds `api`. */
  readonly apiAddress: string;
  /** The same for SDKs that ask for credentials: they do so at few addresses. */
  readonly credentialsAddress: string;
  /** Lambkin's own endpoint as the guest reaches it. */
  readonly endpointUrl: string;
  /** At which this process reaches what the guest listens on; undefined where it cannot. */
  readonly guestAddress: string | undefined;
  /** When no process of the guest is left. */
  release(): Promise<void>;
}

export interface Network {
  readonly name: NetworkName;
  /** What it does not keep apart or cannot give; for health and SECURITY.md. */
  readonly weaknesses: readonly string[];
  /** The server listens on this port of 127.0.0.1; slots can be had from now on. */
  start(endpointPort: number): Promise<void>;
  acquire(): Promise<NetworkSlot>;
  /** A new slot that belongs to a user namespace below this one; undefined where slots cannot be had that way. */
  readonly acquireWithin: ((userNamespace: string) => Promise<NetworkSlot>) | undefined;
  /** All slots come back now and nobody asks for one: `close` removes them together, which is much quicker than one by one. */
  prepareToClose(): void;
  close(): Promise<void>;
}

/** What a network that makes namespaces needs to be opened. */
export interface NetworkOptions {
  /** `none`: nothing can be reached but the Runtime API. */
  readonly isOffline: boolean;
  /** Takes what files are needed; belongs to this server alone. */
  readonly folder: string;
  readonly reportFault: (error: unknown) => void;
}
