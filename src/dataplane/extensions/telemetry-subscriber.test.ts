import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { waitFor } from "../../../testkit/wait.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { TelemetrySubscriber } from "./telemetry-subscriber.ts";

describe("a telemetry subscriber", () => {
  let server: Server;
  let port: number;
  let status = 200;
  let batches: unknown[][] = [];
  before(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (status === 200) batches.push(JSON.parse(Buffer.concat(chunks).toString()) as unknown[]);
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => server.close());
  beforeEach(() => {
    status = 200;
    batches = [];
  });

  function setUp(maxItems = 1000) {
    const clock = new HandClock();
    const subscriber = new TelemetrySubscriber({
      destination: { protocol: "HTTP", port, path: "/", method: "POST" },
      buffering: { maxItems, maxBytes: 262_144, timeoutMs: 1000 },
      guestAddress: "127.0.0.1",
      clock,
    });
    return { clock, subscriber };
  }

  const arrived = (count: number) =>
    waitFor("events", () => (batches.flat().length >= count ? batches : undefined));

  it("waits for its time, or for a full batch", async () => {
    const { clock, subscriber } = setUp(3);
    subscriber.add("1");
    clock.pass(999);
    assert.deepEqual(batches, []);
    clock.pass(1);
    assert.deepEqual(await arrived(1), [[1]]);
    for (const event of ["2", "3", "4", "5"]) subscriber.add(event);
    assert.deepEqual((await arrived(4)).slice(1), [[2, 3, 4]]);
    await subscriber.flush();
    assert.deepEqual(batches.flat(), [1, 2, 3, 4, 5]);
    subscriber.close();
  });

  it("begins nothing while the environment is frozen", async () => {
    const { clock, subscriber } = setUp();
    subscriber.pause();
    subscriber.add("1");
    clock.pass(5000);
    assert.deepEqual(batches, []);
    subscriber.resume();
    assert.deepEqual(await arrived(1), [[1]]);
    subscriber.close();
  });

  it("drops what nobody takes, and says how much", async () => {
    const { subscriber } = setUp();
    const event = JSON.stringify("x".repeat(100_000));
    const fitting = Math.floor(ENVIRONMENT_LIMITS.telemetryWaitingBytesMax / event.length);
    subscriber.pause();
    for (let at = 0; at < fitting + 7; at++) subscriber.add(event);
    subscriber.resume();
    await subscriber.flush();
    const last = batches.flat().at(-1) as { type: string; record: Record<string, unknown> };
    assert.equal(batches.flat().length, fitting + 1);
    assert.equal(last.type, "platform.logsDropped");
    assert.equal(last.record["droppedRecords"], 7);
    assert.equal(last.record["droppedBytes"], 7 * event.length);
    subscriber.close();
  });

  it("tries again, and gives up in the end", async () => {
    const { clock, subscriber } = setUp();
    status = 500;
    subscriber.add("1");
    const flushed = subscriber.flush();
    let isDone = false;
    void flushed.then(() => {
      isDone = true;
    });
    await waitFor("the last attempt", () => {
      clock.pass(ENVIRONMENT_LIMITS.telemetryRetryMs);
      return isDone || undefined;
    });
    status = 200;
    subscriber.add("2");
    await subscriber.flush();
    const [second, dropped] = batches.flat() as [number, { record: Record<string, unknown> }];
    assert.equal(second, 2);
    assert.equal(dropped.record["droppedRecords"], 1);
    subscriber.close();
  });
});
