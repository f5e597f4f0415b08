import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import type { FunctionVersion, Invocation, InvocationOutcome, Observation } from "../../model/mod.ts";
import { EnvironmentPool } from "../environment/environment-pool.ts";
import { ExecutionEnvironment } from "../environment/execution-environment.ts";
import { ConcurrencyLedger } from "./concurrency-ledger.ts";
import { DataPlane } from "./data-plane.ts";
import { ScalingRate } from "./scaling-rate.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

describe("the scaling rate", () => {
  const granted = (rate: ScalingRate, name: string, wanted: number): number => {
    let count = 0;
    for (let n = 0; n < wanted; n++) if (rate.allows(SCOPE, name)) count++;
    return count;
  };

  it("gives a function a thousand environments at once, and a hundred more each second", () => {
    const clock = new HandClock();
    const rate = new ScalingRate(clock);
    assert.equal(granted(rate, "a", 1200), 1000);
    clock.pass(1000);
    assert.equal(granted(rate, "a", 1200), 100);
    clock.pass(60_000);
    assert.equal(granted(rate, "a", 1200), 1000, "what was not used is not saved up");
  });

  it("is each function's own, also when there are many", () => {
    const rate = new ScalingRate(new HandClock());
    assert.equal(granted(rate, "a", 1000), 1000);
    for (let n = 0; n < 3000; n++) assert.equal(granted(rate, `other${n}`, 1), 1);
    assert.equal(granted(rate, "a", 1), 0, "one that is in use is not forgotten");
  });
});

describe("a function that grows too fast", () => {
  const target = (name: string) =>
    ({ name, version: "$LATEST", configurationId: name, settings: { Timeout: 3 } }) as FunctionVersion;

  /** Environments whose sandbox never comes up: every call needs one of its own. */
  function setUp(environmentsMax: number) {
    const clock = new HandClock();
    const observations: Observation["kind"][] = [];
    const pool = new EnvironmentPool({
      ...{ clock, keepAliveMs: 1000, ageMsMax: 1000, idleBytesMax: 1 },
      create: (scope, version, initializationType, onEnded) =>
        new ExecutionEnvironment({
          ...{ id: "e", scope, target: version, initializationType, clock, onEnded },
          log: {} as never,
          start: () => new Promise(() => {}),
          discard: async () => {},
        }),
    });
    const dataPlane = new DataPlane({
      ...{
        pool,
        clock,
        ledger: new ConcurrencyLedger(1000),
        scaling: new ScalingRate(clock, environmentsMax),
      },
      expect: () => {},
      takeSnapshot: async () => "none",
      forget: () => {},
      observe: ({ kind }) => observations.push(kind),
      reportFault: (error) => assert.fail(String(error)),
    });
    const answered: InvocationOutcome[] = [];
    const call = async (name: string, count: number): Promise<void> => {
      const begun = observations.length + count;
      for (let n = 0; n < count; n++) {
        const invocation = { scope: SCOPE, target: target(name), invokedArn: name, requestId: String(n) };
        void dataPlane.invoke(invocation as Invocation).then((outcome) => answered.push(outcome));
      }
      // A few begin in each turn; each is observed.
      do await new Promise((resolve) => setImmediate(resolve));
      while (observations.length < begun);
    };
    return { clock, pool, observations, answered, call };
  }

  it("is throttled, while others are not", async () => {
    const { clock, pool, observations, answered, call } = setUp(10);
    await call("grows", 12);
    assert.deepEqual(
      answered,
      Array(2).fill({ kind: "throttled", reason: "ConcurrentInvocationLimitExceeded" }),
    );
    assert.equal(pool.counts().alive, 10);
    assert.equal(observations.filter((kind) => kind === "throttled").length, 2);
    await call("other", 1);
    assert.equal(pool.counts().alive, 11);
    clock.pass(1000);
    await call("grows", 2);
    assert.equal(pool.counts().alive, 12, "one more after a tenth of the window");
    assert.equal(answered.length, 3);
  });
});
