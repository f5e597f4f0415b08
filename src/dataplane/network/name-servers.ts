/** Where functions ask for names: the host's name servers, as far as they answer to anybody but the host itself. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";

export interface NameServers {
  /** IPv4. */
  readonly addresses: readonly string[];
  /** Host file for the guest's /etc/resolv.conf. */
  readonly resolvConf: string;
  readonly weaknesses: readonly string[];
}

/** systemd-resolved puts itself, on loopback, into the first and those it asks into the second. */
const FILES = ["/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"];

const NAME_SERVER = /^\s*nameserver\s+(\d+\.\d+\.\d+\.\d+)\s*$/;
const SETTING = /^\s*(search|options|domain)\s/;

/** Writes the guests' resolv.conf to `folder`. */
export async function findNameServers(folder: string): Promise<NameServers> {
  const found = FILES.map(read).find(({ addresses }) => addresses.length > 0);
  const { addresses, settings } = found ?? { addresses: [], settings: [] };
  const resolvConf = path.join(folder, "resolv.conf");
  const lines = [...addresses.map((address) => `nameserver ${address}`), ...settings];
  await writeFile(resolvConf, lines.map((line) => `${line}\n`).join(""));
  return {
    addresses,
    resolvConf,
    weaknesses:
      addresses.length > 0
        ? []
        : [
            "functions find no names: the host's name servers answer on its loopback only, or by IPv6 only " +
              "(name another in /etc/resolv.conf)",
          ],
  };
}

function read(file: string): { addresses: string[]; settings: string[] } {
  let lines: string[] = [];
  try {
    lines = readFileSync(file, "utf8").split("\n");
  } catch {
    // Not there: then the other one tells.
  }
  const addresses = lines.flatMap((line) => NAME_SERVER.exec(line)?.[1] ?? []);
  return {
    addresses: addresses.filter((address) => !address.startsWith("127.")),
    settings: lines.filter((line) => SETTING.test(line)),
  };
}
