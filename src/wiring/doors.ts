/** Where the server is reached: by clients on its port, and by functions on a port that is led to them and to nobody else. */
import type { Config } from "../config/mod.ts";
import { FrontDoor, type FrontDoorOptions, Fronts, type HttpServer, listen } from "../gateway/mod.ts";
import type { Clock } from "../kit/mod.ts";

/** What the thread of a front is told of the server. */
export interface FrontData {
  readonly dataDir: string;
}

export interface Doors {
  readonly url: string;
  /** For functions, which come in by IPv4. */
  readonly innerPort: number;
  /** Loads what the first requests need; they are served without, a little slower. */
  warm(): Promise<void>;
  closeTunnels(): void;
  drain(): Promise<void>;
}

/** Rejects when the address cannot be bound. */
export async function openDoors(
  { host, port, fronts: count, dataDir }: Config,
  clock: Clock,
  options: FrontDoorOptions,
): Promise<Doors> {
  const frontDoor = new FrontDoor(options);
  const module = new URL("./front-thread.ts", import.meta.url);
  const fronts =
    count === 0
      ? undefined
      : await Fronts.listen(
          { ...{ count, module, frontDoor: options, clock }, workerData: { dataDir } satisfies FrontData },
          host,
          port,
        );
  const server: HttpServer = fronts ?? (await listen(frontDoor, host, port));
  const inner = server.host === "127.0.0.1" ? undefined : await listen(frontDoor, "127.0.0.1", 0);
  return {
    url: `http://${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`,
    innerPort: (inner ?? server).port,
    async warm() {
      if (fronts === undefined || inner !== undefined) await frontDoor.warm("lambda");
    },
    closeTunnels() {
      frontDoor.closeTunnels();
      fronts?.closeTunnels();
    },
    async drain() {
      await Promise.all([server.drain(), inner?.drain()]);
    },
  };
}
