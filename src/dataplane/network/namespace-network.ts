/**
 * The network of functions where Lambkin is root: a namespace for each environment, and rules of the host for all of them.
 * Functions reach the internet, or nothing where they are to be offline, their Runtime API and Lambkin's endpoint, and
 * nothing else of this machine.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { NETWORK_LIMITS } from "../../config/mod.ts";
import { HostHelper } from "../host/host-helper.ts";
import { ApiListener } from "../runtime-api/api-listener.ts";
import { writeHostsFile } from "./hosts-file.ts";
import { findNameServers, type NameServers } from "./name-servers.ts";
import type { Network, NetworkOptions, NetworkSlot } from "./network.ts";
import { openNetworkNamespace } from "./network-namespace.ts";
import {
  CREDENTIALS_ADDRESS,
  GATEWAY,
  gatewayName,
  guestNumber,
  interfaceGroup,
  interfaceIndex,
  interfaceName,
  RUNTIME_API_PORT,
} from "./network-rules.ts";
import { RuleTable, removeRules, serversWithRules } from "./rule-table.ts";
import { type ServerNumber, takeNumber, takeServerNumber } from "./server-number.ts";
import { type PooledSlot, SlotPool } from "./slot-pool.ts";

interface Slot extends PooledSlot {
  readonly namespace: string;
  readonly userNamespace: string | undefined;
  readonly hosts: string;
  readonly guestAddress: string;
  readonly api: ApiListener;
}

const FORWARDING = "/proc/sys/net/ipv4/ip_forward";

export class NamespaceNetwork implements Network {
  readonly name: "namespaces" | "none";
  readonly weaknesses: readonly string[];
  readonly #folder: string;
  readonly #helper: HostHelper;
  readonly #number: ServerNumber;
  readonly #nameServers: NameServers;
  readonly #table: RuleTable;
  readonly #pool: SlotPool<Slot>;
  /** Numbers of the slots there are. */
  readonly #taken = new Set<number>();
  #endpointUrl = "";
  #isClosing = false;

  private constructor(
    number: ServerNumber,
    nameServers: NameServers,
    table: RuleTable,
    helper: HostHelper,
    { isOffline, folder, reportFault }: NetworkOptions,
  ) {
    this.#folder = folder;
    this.#helper = helper;
    this.name = isOffline ? "none" : "namespaces";
    this.weaknesses = isOffline ? [] : nameServers.weaknesses;
    this.#number = number;
    this.#nameServers = nameServers;
    this.#table = table;
    // Closing takes the interfaces away from slots that are just being made.
    const report = (error: unknown): void => {
      if (!this.#isClosing) reportFault(error);
    };
    this.#pool = new SlotPool(() => this.#make(), NETWORK_LIMITS.readySlots, report);
  }

  /** Rejects where this process may not make namespaces or rules. Removes the rules of servers that were killed. */
  static async open(options: NetworkOptions): Promise<NamespaceNetwork> {
    const number = await takeServerNumber();
    if (number === undefined) throw new Error(`${NETWORK_LIMITS.serversMax} servers on this machine already`);
    const helper = new HostHelper();
    let table: RuleTable | undefined;
    try {
      await removeStaleRules();
      await removeInterfaces(helper, number);
      // Without it no packet of a namespace leaves the machine.
      if (!options.isOffline && readFileSync(FORWARDING, "utf8").trim() === "0")
        writeFileSync(FORWARDING, "1");
      await addGateway(helper, number);
      const nameServers = await findNameServers(options.folder);
      table = await RuleTable.open(rules(number, nameServers, undefined), options.reportFault);
      const network = new NamespaceNetwork(number, nameServers, table, helper, options);
      // Whoever counts on it must know that slots can be made; this one is the first of the pool.
      await network.#pool.release(await network.#make());
      return network;
    } catch (error) {
      await table?.close();
      helper.close();
      number.release();
      throw error;
    }
  }

  async start(endpointPort: number): Promise<void> {
    this.#endpointUrl = `http://${GATEWAY}:${endpointPort}`;
    if (this.name !== "none") await this.#table.load(rules(this.#number, this.#nameServers, endpointPort));
    this.#pool.start();
  }

  async acquire(): Promise<NetworkSlot> {
    const slot = await this.#pool.acquire();
    return this.#given(slot, () => this.#pool.release(slot));
  }

  readonly acquireWithin = async (userNamespace: string): Promise<NetworkSlot> => {
    const slot = await this.#make(userNamespace);
    return this.#given(slot, () => slot.destroy());
  };

  #given(slot: Slot, release: () => Promise<void>): NetworkSlot {
    return {
      namespace: slot.namespace,
      userNamespace: slot.userNamespace,
      resolvConf: this.#nameServers.resolvConf,
      hosts: slot.hosts,
      guestAddress: slot.guestAddress,
      api: slot.api,
      apiAddress: `${GATEWAY}:${RUNTIME_API_PORT}`,
      credentialsAddress: CREDENTIALS_ADDRESS,
      endpointUrl: this.#endpointUrl,
      release,
    };
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await removeInterfaces(this.#helper, this.#number);
    await this.#pool.close();
    await this.#table.close();
    this.#helper.close();
    this.#number.release();
  }

  async #make(within?: string): Promise<Slot> {
    const slot = this.#takeSlotNumber();
    const hostEnd = interfaceName(this.#number.value, slot);
    const guestAddress = addressOf(this.#number.value, slot);
    const hosts = path.join(this.#folder, `hosts-${slot}`);
    const api = await ApiListener.open();
    try {
      await writeHostsFile(hosts, guestAddress);
      const namespace = await openNetworkNamespace({
        interfaceName: hostEnd,
        interfaceIndex: interfaceIndex(this.#number.value, slot),
        interfaceGroup: interfaceGroup(this.#number.value),
        address: guestAddress,
        within,
        helper: this.#helper,
      });
      await this.#table.addRuntimeApi(hostEnd, api.port);
      return {
        namespace: namespace.file,
        userNamespace: namespace.userFile,
        hosts,
        guestAddress,
        api,
        reset: () => {
          api.hangUp();
          return true;
        },
        destroy: async () => {
          api.close();
          if (this.#isClosing) return namespace.abandon();
          await namespace.close();
          await this.#table.removeRuntimeApi(hostEnd);
          this.#taken.delete(slot);
        },
      };
    } catch (error) {
      api.close();
      this.#taken.delete(slot);
      throw error;
    }
  }

  #takeSlotNumber(): number {
    let slot = 1;
    while (this.#taken.has(slot)) slot++;
    if (slot > NETWORK_LIMITS.slotsMax) throw new Error(`${NETWORK_LIMITS.slotsMax} network slots in use`);
    this.#taken.add(slot);
    return slot;
  }
}

/** Killed servers leave rules only where the kernel knows no owners of tables. */
async function removeStaleRules(): Promise<void> {
  for (const server of await serversWithRules()) {
    // Nobody may take the number while its rules go.
    const stale = await takeNumber(server);
    if (stale === undefined) continue;
    await removeRules(server).catch(() => {
      // On its way out with its owner.
    });
    stale.release();
  }
}

/** All of a server's at once. A killed one's stay while its frozen functions wait to be ended. */
async function removeInterfaces(helper: HostHelper, { value }: ServerNumber): Promise<void> {
  await helper.ask("remove-interfaces", String(interfaceGroup(value))).catch(() => {
    // There are none.
  });
}

/** The host's address for all of a server's guests, on an interface that is there from the start. */
async function addGateway(helper: HostHelper, { value }: ServerNumber): Promise<void> {
  await helper.ask("add-gateway", gatewayName(value), String(interfaceGroup(value)), GATEWAY);
}

function rules(
  { value: server }: ServerNumber,
  { addresses }: NameServers,
  endpointPort: number | undefined,
) {
  return { server, guests: `${addressOf(server, 0)}/20`, endpointPort, nameServers: addresses };
}

/** Slot 0 is the address of the whole range. */
function addressOf(server: number, slot: number): string {
  const number = guestNumber(server, slot);
  return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
}
