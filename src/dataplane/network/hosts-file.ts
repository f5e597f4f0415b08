/** A guest's /etc/hosts: the host's own, and the names by which extensions call their environment. */
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Source: "Lambda Telemetry API" page, on destinations. */
export const GUEST_NAMES: readonly string[] = ["sandbox.localdomain", "sandbox"];

export async function writeHostsFile(file: string, guestAddress: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${hostsOfThisMachine()}\n${guestAddress} ${GUEST_NAMES.join(" ")}\n`);
}

function hostsOfThisMachine(): string {
  try {
    return readFileSync("/etc/hosts", "utf8").trimEnd();
  } catch {
    return "127.0.0.1 localhost";
  }
}
