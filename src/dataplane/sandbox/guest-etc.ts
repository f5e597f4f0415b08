/** What a guest finds in /etc: as little as programs need to find libraries, names, times and certificates. */
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/** AWS runs functions as a numbered user of this kind. Source: recorded environments (recall for the numbers). */
export const GUEST_UID = 993;
export const GUEST_GID = 990;

/** Hardly ever change, so they are copied once: each mount of its own would make every sandbox dearer, 0.2 ms. */
const COPIED = [
  "gai.conf",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "mime.types",
  "nsswitch.conf",
  "protocols",
  "services",
];

/** As they are on the host at the moment. */
const SHARED_FILES = ["ld.so.cache"];
const SHARED_FOLDERS = ["alternatives", "ca-certificates", "crypto-policies", "pki", "ssl"];

/** Belong to each guest, or to its network. */
const OWN_FILES = ["hosts", "resolv.conf"];

const ACCOUNT_FILES = {
  passwd: `root:x:0:0:root:/root:/sbin/nologin\nsbx_user1051:x:${GUEST_UID}:${GUEST_GID}::/home/sbx_user1051:/sbin/nologin\n`,
  group: `root:x:0:\nsbx_group1051:x:${GUEST_GID}:\n`,
};

/** Host paths of what is mounted over the folder below, at the same paths. */
export function sharedEtcEntries(): string[] {
  return [...SHARED_FILES, ...sharedFolders()]
    .map((name) => `/etc/${name}`)
    .filter((file) => existsSync(file));
}

function sharedFolders(): string[] {
  // Debian keeps a part of each Java installation here.
  return [...SHARED_FOLDERS, ...readdirSync("/etc").filter((name) => /^java-\d+-openjdk$/.test(name))];
}

/** Makes `folder` a guest's /etc, with places for what is mounted over it. */
export async function writeEtc(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(ACCOUNT_FILES)) await writeFile(path.join(folder, name), text);
  for (const name of [...SHARED_FILES, ...OWN_FILES]) await writeFile(path.join(folder, name), "");
  for (const name of sharedFolders()) await mkdir(path.join(folder, name));
  const copied = COPIED.filter((name) => existsSync(`/etc/${name}`));
  await Promise.all(
    copied.map((name) => cp(`/etc/${name}`, path.join(folder, name), { recursive: true, dereference: true })),
  );
}
