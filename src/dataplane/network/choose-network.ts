/** Picks the network functions get: what was asked for, or the best this machine has; never weaker in silence. */
import type { NetworkChoice } from "../../config/mod.ts";
import { HostNetwork } from "./host-network.ts";
import { NamespaceNetwork } from "./namespace-network.ts";
import type { Network } from "./network.ts";

export interface ChosenNetwork {
  readonly network: Network;
  /** Set when it is weaker than what Linux could give; to be shown to whoever started the server. */
  readonly warning: string | undefined;
}

/** `folder` takes what files are needed. Rejects when `choice` names what cannot be had here. */
export async function chooseNetwork(
  choice: NetworkChoice,
  isIsolated: boolean,
  folder: string,
): Promise<ChosenNetwork> {
  // A process without isolation has no namespaces of any kind.
  if (!isIsolated || choice === "host") return { network: new HostNetwork(folder), warning: undefined };
  try {
    const name = choice === "none" ? "none" : "namespaces";
    return { network: await NamespaceNetwork.open(name, folder), warning: undefined };
  } catch (error) {
    const why = (error as Error).message.split("\n")[0];
    if (choice !== "auto") {
      throw new Error(`LAMBKIN_NETWORK=${choice}, but functions cannot get a network of their own: ${why}`);
    }
    return {
      network: new HostNetwork(folder),
      warning:
        `Functions share the host's network: no network namespaces can be set up (${why}). It takes root, ` +
        "iproute2 and nftables (`apt-get install iproute2 nftables`).",
    };
  }
}
