/** Picks the network functions get: what was asked for, or the best this machine has; never weaker in silence. */
import type { NetworkChoice } from "../../config/mod.ts";
import { HostNetwork } from "./host-network.ts";
import { NamespaceNetwork } from "./namespace-network.ts";
import type { Network, NetworkOptions } from "./network.ts";
import { PastaNetwork } from "./pasta-network.ts";

export interface ChosenNetwork {
  readonly network: Network;
  /** Set when it is weaker than what Linux could give; to be shown to whoever started the server. */
  readonly warning: string | undefined;
}

type Candidate = keyof typeof CANDIDATES;

const CANDIDATES = { namespaces: NamespaceNetwork, pasta: PastaNetwork } as const;

const NEEDS: Readonly<Record<Candidate, string>> = {
  namespaces: "root, Perl and nftables (`apt-get install perl-base nftables`)",
  pasta: "pasta (`apt-get install passt iproute2`) and /dev/net/tun",
};

/** Rejects when `choice` names what cannot be had here. */
export async function chooseNetwork(
  choice: NetworkChoice,
  isIsolated: boolean,
  options: Omit<NetworkOptions, "isOffline">,
): Promise<ChosenNetwork> {
  if (choice === "host") return { network: new HostNetwork(options.folder), warning: undefined };
  if (!isIsolated) {
    // A process without isolation has no namespaces of any kind; of that its driver has warned.
    if (choice === "auto") return { network: new HostNetwork(options.folder), warning: undefined };
    throw new Error(`LAMBKIN_NETWORK=${choice}, but functions without isolation share the host's network`);
  }
  const candidates: readonly Candidate[] =
    choice === "auto" || choice === "none" ? ["namespaces", "pasta"] : [choice];
  const refusals: string[] = [];
  for (const candidate of candidates) {
    // Without the right to it every attempt fails, only later.
    if (candidate === "namespaces" && process.getuid?.() !== 0) {
      refusals.push(`namespaces take ${NEEDS.namespaces}`);
      continue;
    }
    try {
      const network = await CANDIDATES[candidate].open({ ...options, isOffline: choice === "none" });
      return { network, warning: undefined };
    } catch (error) {
      const why = (error as Error).message.split("\n")[0];
      refusals.push(`${candidate} take${candidate === "pasta" ? "s" : ""} ${NEEDS[candidate]}: ${why}`);
    }
  }
  const text = `functions cannot get a network of their own: ${refusals.join("; ")}.`;
  if (choice !== "auto") throw new Error(`LAMBKIN_NETWORK=${choice}, but ${text}`);
  return { network: new HostNetwork(options.folder), warning: `Functions share the host's network: ${text}` };
}
