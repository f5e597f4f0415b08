/** A port of this machine's loopback whose connections lead through tunnels. */

import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import type { Duplex } from "node:stream";

export interface ForwardedPort {
  readonly port: number;
  close(): void;
}

/** Port 0 lets the system choose. Rejects when the port is taken. `onTrouble` hears why a connection could not be led on. */
export async function forwardPort(
  port: number,
  connect: () => Promise<Duplex>,
  onTrouble: (error: Error) => void,
): Promise<ForwardedPort> {
  const open = new Set<Duplex>();
  const server = createServer((near) => {
    open.add(near);
    near.once("close", () => open.delete(near));
    near.on("error", () => near.destroy());
    connect().then(
      (far) => {
        far.on("error", () => far.destroy());
        far.once("close", () => near.destroy());
        near.once("close", () => far.destroy());
        near.pipe(far).pipe(near);
        if (near.destroyed) far.destroy();
      },
      (error: Error) => {
        onTrouble(error);
        near.destroy();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const each of open) each.destroy();
    },
  };
}
