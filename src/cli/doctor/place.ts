/** Where the server would live: its port, its disk, its Node.js. */
import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import type { Connection } from "../connection.ts";
import { getJson } from "../product-api.ts";
import type { Health } from "../server-answers.ts";
import type { Finding } from "./finding.ts";

const GIB = 1024 ** 3;
/** Code, unpacked code and logs of a few functions. */
const ENOUGH_BYTES = 2 * GIB;

export async function placeFindings(connection: Connection): Promise<Finding[]> {
  const node: Finding = {
    name: "Node.js (own)",
    state: "ok",
    text: `${process.version}, ${process.execPath}`,
  };
  return [node, await diskFinding(), await serverFinding(connection)];
}

async function diskFinding(): Promise<Finding> {
  let folder = path.resolve(process.env["LAMBKIN_DATA_DIR"] || ".lambkin");
  while (!existsSync(folder)) folder = path.dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const bytes = bavail * bsize;
  const text = `${(bytes / GIB).toFixed(1)} GiB are free in ${folder}`;
  if (bytes >= ENOUGH_BYTES) return { name: "disk", state: "ok", text };
  return { name: "disk", state: "warn", text, help: "LAMBKIN_DATA_DIR names a roomier place" };
}

/** Either a server of ours, or nobody: somebody else is in the way. */
async function serverFinding(connection: Connection): Promise<Finding> {
  const { endpoint } = connection;
  const { hostname, port, protocol } = new URL(endpoint);
  const name = "server";
  const health = await getJson<Health>(connection, "/_lambkin/health").catch(() => undefined);
  if (health?.isolation !== undefined) {
    return { name, state: "ok", text: `Lambkin ${health.version} runs at ${endpoint}` };
  }
  const number = Number(port || (protocol === "https:" ? 443 : 80));
  if (await isFree(hostname.replace(/^\[|\]$/g, ""), number)) {
    return { name, state: "ok", text: `none runs; port ${number} is free for \`lambkin up\`` };
  }
  const help = `lambkin up --port ${number + 1}`;
  return { name, state: "warn", text: `port ${number} is taken by another program, or not ours`, help };
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
