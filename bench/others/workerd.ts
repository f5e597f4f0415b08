/** Cloudflare's workerd with an echo worker. All workers share one process: between them is V8, no sandbox. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startProgram } from "../program.ts";
import { post } from "../raw-http-client.ts";
import { installed } from "./install.ts";
import type { Other } from "./other.ts";

const VERSION = "1.20261117.1";

const WORKER = `export default {
  async fetch(request) {
    return new Response(await request.text(), { headers: { "Content-Type": "application/json" } });
  },
};
`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .echo)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const echo :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`;
const CONTROL_DESCRIPTOR = 3;

/** Rejects when it cannot be installed or started. Its workers are loaded before the first request: it has no cold start. */
export async function startWorkerd(body: string): Promise<Other> {
  const folder = await installed("workerd", { workerd: VERSION });
  const processor = process.arch === "arm64" ? "arm64" : "64";
  const program = path.join(
    folder,
    `node_modules/@cloudflare/workerd-${process.platform}-${processor}/bin/workerd`,
  );
  await writeFile(path.join(folder, "worker.js"), WORKER);
  await writeFile(path.join(folder, "config.capnp"), CONFIG);
  const { port, stop } = await startProgram(program, {
    args: ["serve", "config.capnp", `--control-fd=${CONTROL_DESCRIPTOR}`],
    cwd: folder,
    readyDescriptor: CONTROL_DESCRIPTOR,
    ready: (line) => (JSON.parse(line) as { port?: number }).port,
  });
  return {
    name: `workerd ${VERSION} (no isolation)`,
    port,
    request: post("/", body),
    firstRequests: [],
    stop,
  };
}
