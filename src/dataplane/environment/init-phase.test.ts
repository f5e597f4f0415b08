import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { type InitOutcome, initialize, Unstartable } from "./init-phase.ts";
import type { InitEnd, RuntimeProcess } from "./runtime-process.ts";

function setUp({
  isRestored = false,
  start = async () => {},
}: {
  isRestored?: boolean;
  start?: () => Promise<void>;
}) {
  const clock = new HandClock();
  const end = Promise.withResolvers<InitEnd>();
  const process = { start, isRestored, initEnd: end.promise } as unknown as RuntimeProcess;
  let outcome: InitOutcome | undefined;
  const begin = (budgetMs: number | undefined) =>
    initialize(process, { clock, budgetMs }).then((what) => {
      outcome = what;
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, end, begin, settle, outcome: () => outcome };
}

describe("the init phase", () => {
  it("has its time, and tells how much it used", async () => {
    const { clock, begin, settle, outcome } = setUp({});
    const over = begin(10_000);
    await settle();
    clock.pass(9999);
    await settle();
    assert.equal(outcome(), undefined);
    clock.pass(1);
    await over;
    assert.deepEqual(outcome(), { kind: "timeout", durationMs: 10_000 });
    assert.equal(clock.timers, 0);
  });

  it("of what is restored has AWS's time for that, whatever the init may take", async () => {
    const { clock, begin, settle, outcome } = setUp({ isRestored: true });
    const over = begin(130_000);
    await settle();
    clock.pass(ENVIRONMENT_LIMITS.restoreMsMax);
    await over;
    assert.equal(outcome()?.kind, "timeout");
  });

  it("lasts for ever where nobody limits it", async () => {
    const { clock, end, begin, settle, outcome } = setUp({});
    const over = begin(undefined);
    await settle();
    clock.pass(1_000_000);
    end.resolve({ kind: "ready" });
    await over;
    assert.deepEqual(outcome(), { kind: "ready", durationMs: 1_000_000 });
  });

  it("fails by the function's fault, and rejects by the machine's", async () => {
    const unstartable = setUp({ start: async () => Promise.reject(new Unstartable("no bootstrap")) });
    await unstartable.begin(1000);
    assert.deepEqual(unstartable.outcome(), {
      kind: "failed",
      durationMs: 0,
      failure: { errorType: "Runtime.InvalidEntrypoint", reason: "no bootstrap" },
    });
    const machine = setUp({ start: async () => Promise.reject(new Error("no memory")) });
    await assert.rejects(machine.begin(1000), /no memory/);
    assert.equal(machine.clock.timers, 0);
  });
});
