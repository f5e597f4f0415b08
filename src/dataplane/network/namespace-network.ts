/**
 * A network namespace for each environment, made ahead and used again. Functions reach the internet, or nothing where they
 * are to have no network, their Runtime API and Lambkin's endpoint, and nothing else of this machine.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { ApiListener } from "../runtime-api/api-listener.ts";
import { writeHostsFile } from "./hosts-file.ts";
import type { Network, NetworkSlot } from "./network.ts";
import { openNetworkNamespace } from "./network-namespace.ts";
import {
  addRuntimeApi,
  GATEWAY,
  loadRules,
  RUNTIME_API_PORT,
  removeRules,
  serversWithRules,
} from "./network-rules.ts";
import { type ServerNumber, takeNumber, takeServerNumber } from "./server-number.ts";

/** A slot as it waits for its next environment. */
interface Made {
  readonly namespace: string;
  readonly hosts: string;
  readonly guestAddress: string;
  readonly api: ApiListener;
  close(): Promise<void>;
}

/** Of 198.18.0.0/15: 4,096 addresses a server. */
const GUESTS_OF_SERVER = 4096;
const FORWARDING = "/proc/sys/net/ipv4/ip_forward";

export class NamespaceNetwork implements Network {
  readonly name: "namespaces" | "none";
  readonly weaknesses: readonly string[] = [];
  readonly #number: ServerNumber;
  readonly #folder: string;
  readonly #resolvConf: string;
  readonly #nameServers: readonly string[];
  readonly #ready: Promise<Made>[] = [];
  #endpointUrl = "";
  /** Numbers of the slots there are. */
  readonly #slots = new Set<number>();
  #isClosed = false;

  private constructor(
    name: "namespaces" | "none",
    number: ServerNumber,
    folder: string,
    nameServers: readonly string[],
  ) {
    this.name = name;
    this.#number = number;
    this.#folder = folder;
    this.#resolvConf = path.join(folder, "resolv.conf");
    this.#nameServers = nameServers;
  }

  /** Rejects where this process may not make namespaces or rules. Removes the rules of servers that were killed. */
  static async open(name: "namespaces" | "none", folder: string): Promise<NamespaceNetwork> {
    const number = await takeServerNumber();
    if (number === undefined) throw new Error("too many servers on this machine");
    try {
      for (const server of await serversWithRules()) {
        // Nobody may take the number while its rules go.
        const stale = await takeNumber(server);
        if (stale === undefined) continue;
        await removeRules(server);
        stale.release();
      }
      const nameServers = reachableNameServers();
      const network = new NamespaceNetwork(name, number, folder, nameServers);
      await writeFile(network.#resolvConf, nameServers.map((address) => `nameserver ${address}\n`).join(""));
      // Proves that rules can be loaded, before anybody counts on it.
      await network.#load(undefined);
      return network;
    } catch (error) {
      number.release();
      throw error;
    }
  }

  async start(endpointUrl: string): Promise<void> {
    const { port } = new URL(endpointUrl);
    this.#endpointUrl = `http://${GATEWAY}:${port}`;
    if (this.name === "none") {
      this.#refill();
      return;
    }
    await this.#load(Number(port));
    // Without it no packet of a namespace leaves the machine.
    if (readFileSync(FORWARDING, "utf8").trim() === "0") await writeFile(FORWARDING, "1");
    this.#refill();
  }

  async acquire(): Promise<NetworkSlot> {
    const made = await (this.#ready.shift() ?? this.#make());
    this.#refill();
    return {
      namespace: made.namespace,
      resolvConf: this.#resolvConf,
      hosts: made.hosts,
      guestAddress: made.guestAddress,
      api: made.api,
      apiAddress: `${GATEWAY}:${RUNTIME_API_PORT}`,
      endpointUrl: this.#endpointUrl,
      release: async () => {
        made.api.hangUp();
        if (this.#isClosed || this.#ready.length >= ENVIRONMENT_LIMITS.networkSlotsKept) await made.close();
        else this.#ready.push(Promise.resolve(made));
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const left = await Promise.allSettled(this.#ready.splice(0));
    await Promise.all(left.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
    await removeRules(this.#number.value).catch(() => {});
    this.#number.release();
  }

  #load(endpointPort: number | undefined): Promise<void> {
    const server = this.#number.value;
    const guests = `${this.#address(0)}/20`;
    return loadRules({ server, guests, endpointPort, nameServers: this.#nameServers });
  }

  #refill(): void {
    while (!this.#isClosed && this.#ready.length < ENVIRONMENT_LIMITS.readyNetworkSlots) {
      const made = this.#make();
      // Whoever has taken it hears of the failure; nobody else is given it.
      made.catch(() => {
        const at = this.#ready.indexOf(made);
        if (at >= 0) this.#ready.splice(at, 1);
      });
      this.#ready.push(made);
    }
  }

  async #make(): Promise<Made> {
    const server = this.#number.value;
    let slot = 1;
    while (this.#slots.has(slot)) slot++;
    this.#slots.add(slot);
    const api = await ApiListener.open();
    const guestAddress = this.#address(slot);
    const hosts = path.join(this.#folder, `hosts-${slot}`);
    try {
      await writeHostsFile(hosts, guestAddress);
      await addRuntimeApi(server, slot, api.port);
      const namespace = await openNetworkNamespace(server, slot, guestAddress);
      return {
        namespace: namespace.file,
        hosts,
        guestAddress,
        api,
        close: async () => {
          api.close();
          await namespace.close();
          this.#slots.delete(slot);
        },
      };
    } catch (error) {
      api.close();
      this.#slots.delete(slot);
      throw error;
    }
  }

  #address(slot: number): string {
    const number = this.#number.value * GUESTS_OF_SERVER + slot;
    return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  }
}

/** Those of the host, without what only its own loopback answers. */
function reachableNameServers(): string[] {
  for (const file of ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"]) {
    const found = nameServersOf(file).filter((address) => !address.startsWith("127."));
    if (found.length > 0) return found;
  }
  return [];
}

function nameServersOf(file: string): string[] {
  try {
    const text = readFileSync(file, "utf8");
    return [...text.matchAll(/^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/gm)].map((match) => match[1] ?? "");
  } catch {
    return [];
  }
}
