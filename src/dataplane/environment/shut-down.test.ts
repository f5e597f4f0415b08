import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { GuestApis } from "./guest-apis.ts";
import { shutDown } from "./shut-down.ts";

/** A runtime with extensions inside it only, which ends when it likes. */
function setUp() {
  const clock = new HandClock();
  const exit = Promise.withResolvers<void>();
  const seen = { signals: 0, isOver: false };
  const sandbox = { exited: exit.promise, terminate: () => seen.signals++ } as unknown as Sandbox;
  const apis = { extensions: { hasExternal: false }, telemetry: {} } as unknown as GuestApis;
  const begin = (reason: "spindown" | "timeout"): Promise<void> =>
    shutDown({ sandbox, apis, reason, clock }).then(() => {
      seen.isOver = true;
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, exit, seen, begin, settle };
}

describe("at a shutdown extensions inside the runtime", () => {
  it("are given half a second after the signal, and no longer", async () => {
    const { clock, seen, begin, settle } = setUp();
    const over = begin("spindown");
    assert.equal(seen.signals, 1);
    clock.pass(ENVIRONMENT_LIMITS.shutdownInternalMs - 1);
    await settle();
    assert.equal(seen.isOver, false);
    clock.pass(1);
    await over;
    assert.equal(ENVIRONMENT_LIMITS.shutdownInternalMs, 500);
  });

  it("hold nobody up once they have ended", async () => {
    const { exit, begin, clock } = setUp();
    const over = begin("spindown");
    exit.resolve();
    await over;
    assert.equal(clock.timers, 0);
  });

  it("are given no time after a timeout: the runtime had its chance", async () => {
    const { seen, begin } = setUp();
    await begin("timeout");
    assert.equal(seen.signals, 0);
  });
});
