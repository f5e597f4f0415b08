/**
 * The network of functions where Lambkin is not root: a user and a network namespace for each environment, which pasta
 * (package passt) connects to the host's network with ordinary sockets of this user. Two ports of the guest's loopback
 * lead to the host's: Lambkin's endpoint and the Runtime API.
 */
import { closeSync } from "node:fs";
import { networkInterfaces } from "node:os";
import path from "node:path";
import { NETWORK_LIMITS } from "../../config/mod.ts";
import { ApiListener } from "../runtime-api/api-listener.ts";
import { writeHostsFile } from "./hosts-file.ts";
import { makeNamespace } from "./make-namespace.ts";
import { findNameServers, type NameServers } from "./name-servers.ts";
import type { Network, NetworkOptions, NetworkSlot } from "./network.ts";
import { ALL_GUESTS, LINK_LOCAL } from "./network-rules.ts";
import { type Pasta, startPasta } from "./pasta.ts";
import { type PooledSlot, SlotPool } from "./slot-pool.ts";

interface Slot extends PooledSlot {
  readonly namespace: string;
  readonly userNamespace: string;
  readonly api: ApiListener;
}

const NO_TELEMETRY = "extensions get no telemetry: nothing leads into a function's network";

export class PastaNetwork implements Network {
  readonly name: "pasta" | "none";
  readonly weaknesses: readonly string[];
  readonly acquireWithin = undefined;
  readonly #options: NetworkOptions;
  readonly #nameServers: NameServers;
  readonly #hosts: string;
  readonly #pool: SlotPool<Slot>;
  #endpointPort: number | undefined;

  private constructor(options: NetworkOptions, nameServers: NameServers) {
    this.name = options.isOffline ? "none" : "pasta";
    this.weaknesses = options.isOffline
      ? [NO_TELEMETRY]
      : [
          NO_TELEMETRY,
          "an address that the host gets after a function's environment was made can be reached by that function",
          ...nameServers.weaknesses,
        ];
    this.#options = options;
    this.#nameServers = nameServers;
    this.#hosts = path.join(options.folder, "hosts");
    this.#pool = new SlotPool(() => this.#make(), NETWORK_LIMITS.readyPastaSlots, options.reportFault);
  }

  /** Rejects where pasta is missing or cannot do its work for this user. */
  static async open(options: NetworkOptions): Promise<PastaNetwork> {
    const network = new PastaNetwork(options, await findNameServers(options.folder));
    await (await network.#make()).destroy();
    return network;
  }

  async start(endpointPort: number): Promise<void> {
    this.#endpointPort = endpointPort;
    await writeHostsFile(this.#hosts, "127.0.0.1");
    this.#pool.start();
  }

  async acquire(): Promise<NetworkSlot> {
    const slot = await this.#pool.acquire();
    return {
      namespace: slot.namespace,
      userNamespace: slot.userNamespace,
      resolvConf: this.#nameServers.resolvConf,
      hosts: this.#hosts,
      guestAddress: undefined,
      api: slot.api,
      apiAddress: `127.0.0.1:${slot.api.port}`,
      credentialsAddress: `127.0.0.1:${slot.api.port}`,
      endpointUrl: `http://127.0.0.1:${this.#endpointPort}`,
      release: () => this.#pool.release(slot),
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #make(): Promise<Slot> {
    const { isOffline, folder } = this.#options;
    const api = await ApiListener.open();
    const endpointPorts = isOffline || this.#endpointPort === undefined ? [] : [this.#endpointPort];
    let pasta: Pasta | undefined;
    try {
      const { files, descriptors } = await makeNamespace({
        connect: async (pid) => {
          pasta = await startPasta({ pid, folder, isOffline, ports: [api.port, ...endpointPorts] });
        },
        setUp: isOffline ? "" : closeOff(),
      });
      return {
        namespace: files.net,
        userNamespace: files.user,
        api,
        reset: () => {
          api.hangUp();
          return pasta?.isAlive() === true;
        },
        destroy: async () => {
          api.close();
          await pasta?.end();
          for (const descriptor of descriptors) closeSync(descriptor);
        },
      };
    } catch (error) {
      api.close();
      await pasta?.end();
      throw error;
    }
  }
}

/** pasta's sockets are the host's own: what the host may connect to of itself the guest must not even try. */
function closeOff(): string {
  const ownAddresses = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
  return [LINK_LOCAL, ALL_GUESTS, ...new Set(ownAddresses)]
    .map((destination) => `ip route replace unreachable ${destination} || exit 1`)
    .join("\n");
}
