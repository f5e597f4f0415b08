/** A server of a bench's own, and nothing left of it afterwards. */
import { rm } from "node:fs/promises";
import { type ServerProcess, spawnServer, temporaryFolder } from "../testkit/server.ts";

/** `settings` are LAMBKIN_* variables. */
export async function withServer<T>(
  work: (server: ServerProcess) => Promise<T>,
  settings: Readonly<Record<string, string>> = {},
): Promise<T> {
  const dataDir = await temporaryFolder();
  const server = await spawnServer(dataDir, settings);
  try {
    return await work(server);
  } finally {
    server.child.kill("SIGTERM");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
}
