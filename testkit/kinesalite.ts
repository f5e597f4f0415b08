/** A Kinesis server that splits and merges shards, for a test: kinesalite, brought from npm into `.cache/` when it is first asked for. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { access, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { PROJECT } from "./server.ts";

const PACKAGE = "kinesalite@3.3.3";
const INSTALL_MS_MAX = 120_000;

const START = `
const server = require("kinesalite")({ createStreamMs: 5, updateStreamMs: 5, deleteStreamMs: 5 });
server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port));
`;

export interface Kinesalite {
  readonly url: string;
  stop(): Promise<void>;
}

/** A sentence where it cannot be had here. */
export async function startKinesalite(): Promise<Kinesalite | string> {
  const folder = path.join(PROJECT, ".cache", PACKAGE.replace("@", "-"));
  try {
    await install(folder);
  } catch (error) {
    return `${PACKAGE} could not be installed: ${(error as Error).message.slice(0, 300)}`;
  }
  const child = spawn(process.execPath, ["start.cjs"], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const port = await portOf(child, exited);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

async function install(folder: string): Promise<void> {
  const done = path.join(folder, ".done");
  const isThere = await access(done).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "package.json"), '{"private":true}');
  const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"];
  await promisify(execFile)("npm", ["install", ...options, PACKAGE], {
    cwd: folder,
    timeout: INSTALL_MS_MAX,
  });
  await writeFile(path.join(folder, "start.cjs"), START);
  await writeFile(done, "");
}

function portOf(child: ChildProcess, exited: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(child.stdout as Readable).on("line", (line) => {
      const port = /^port (\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(port);
    });
    child.once("error", reject);
    void exited.then(() => reject(new Error("kinesalite ended")));
  });
}
