import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { after, describe, it } from "node:test";
import { BrokenStream } from "../errors/mod.ts";
import { FrontDoor } from "./front-door.ts";
import { type HttpServer, listen } from "./http-server.ts";

const MIB = 1024 * 1024;
const servers: HttpServer[] = [];
after(() => Promise.all(servers.map((server) => server.drain())));

async function answering(body: AsyncIterable<Buffer>, faults: unknown[] = []): Promise<IncomingMessage> {
  const frontDoor = new FrontDoor({
    services: [],
    virtualHosts: [
      { hosts: /./, bodyBytesMax: MIB, answer: async () => ({ status: 200, headers: {}, body }) },
    ],
    product: async () => undefined,
    reportFault: (error) => faults.push(error),
  });
  const server = await listen(frontDoor, "127.0.0.1", 0);
  servers.push(server);
  const request = get({ host: "127.0.0.1", port: server.port, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

/** Bytes until it was over, and whether it was whole. */
function received(response: IncomingMessage): Promise<{ bytes: number; isWhole: boolean }> {
  let bytes = 0;
  response.on("data", (piece: Buffer) => {
    bytes += piece.length;
  });
  // What breaks off says so.
  response.on("error", () => {});
  return new Promise((resolve) =>
    response.once("close", () => resolve({ bytes, isWhole: response.complete })),
  );
}

async function* pieces(sizes: readonly number[], failure?: Error): AsyncGenerator<Buffer> {
  for (const size of sizes) yield Buffer.alloc(size);
  if (failure !== undefined) throw failure;
}

describe("a streamed answer", () => {
  it("is whole when its pieces end", async () => {
    assert.deepEqual(await received(await answering(pieces([3, MIB, 0, 5]))), {
      bytes: MIB + 8,
      isWhole: true,
    });
  });

  it("breaks off behind all that came before the failure, however soon it failed", async () => {
    const faults: unknown[] = [];
    const broken = new BrokenStream("as asked");
    assert.deepEqual(await received(await answering(pieces([4], broken), faults)), {
      bytes: 4,
      isWhole: false,
    });
    assert.deepEqual(faults, [], "it is nobody's fault");
  });

  it("breaks off behind it for a client that reads late, too", async () => {
    const broken = new BrokenStream("as asked");
    const response = await answering(pieces([16 * MIB, 10_000], broken));
    // The sockets between are full by now, and the failure is known.
    for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
    assert.deepEqual(await received(response), { bytes: 16 * MIB + 10_000, isWhole: false });
  });
});
