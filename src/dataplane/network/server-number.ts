/** A number that no other Lambkin server of this machine has: it names interfaces, addresses and rules. */
import { createServer, type Server } from "node:net";
import { NETWORK_LIMITS } from "../../config/mod.ts";

export interface ServerNumber {
  readonly value: number;
  release(): void;
}

/** Undefined when all are taken. The kernel takes the number back when this process ends. */
export async function takeServerNumber(): Promise<ServerNumber | undefined> {
  for (let value = 0; value < NETWORK_LIMITS.serversMax; value++) {
    const number = await takeNumber(value);
    if (number !== undefined) return number;
  }
  return undefined;
}

/** Undefined while a server of that number lives. */
export async function takeNumber(value: number): Promise<ServerNumber | undefined> {
  const lock = await lockOf(value);
  return lock && { value, release: () => lock.close() };
}

/** An abstract socket address: no file is left behind by a process that was killed. */
function lockOf(value: number): Promise<Server | undefined> {
  const { promise, resolve } = Promise.withResolvers<Server | undefined>();
  const server = createServer((socket) => socket.destroy());
  server.once("error", () => resolve(undefined));
  server.listen(`\0lambkin-network-${value}`, () => {
    server.unref();
    resolve(server);
  });
  return promise;
}
