import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { FunctionVersion, Scope } from "../../model/mod.ts";
import { EnvironmentPool } from "./environment-pool.ts";
import type { ExecutionEnvironment } from "./execution-environment.ts";

const SCOPE: Scope = { accountId: "000000000000", region: "us-east-1" };
const TARGET = { configurationId: "c", settings: { Timeout: 3 } } as FunctionVersion;

describe("An environment that has had as many invocations as it may", () => {
  /** Its environments are idle as soon as they are there, and nothing runs in them. */
  function setUp(invocations: number) {
    const pool = new EnvironmentPool({
      ...{ clock: new HandClock(), keepAliveMs: 1000, ageMsMax: Number.POSITIVE_INFINITY, idleBytesMax: 1 },
      create: (_scope, target, initializationType, onEnded) => {
        const environment = {
          ...{ target, initializationType, invocations, createdMs: 0, knownPeakBytes: 0 },
          state: "idle",
          gone: Promise.resolve(),
          end() {
            this.state = "ended";
            onEnded(environment as never);
          },
        };
        return environment as never;
      },
    });
    const given = (type: "on-demand" | "provisioned-concurrency"): ExecutionEnvironment => {
      const environment = pool.create(SCOPE, TARGET, type);
      assert.ok(environment);
      pool.release(environment);
      return environment;
    };
    return { pool, given };
  }

  it("ends when it is given back, and no sooner", () => {
    const { invocationsMax } = ENVIRONMENT_LIMITS;
    const before = setUp(invocationsMax - 1);
    assert.equal(before.pool.takeIdle(TARGET), undefined);
    assert.equal(before.given("on-demand"), before.pool.takeIdle(TARGET));
    const after = setUp(invocationsMax);
    assert.equal(after.given("on-demand").state, "ended");
    assert.equal(after.pool.counts().alive, 0);
  });

  it("ends though it is provisioned, and whoever provisions hears of it", () => {
    for (const [invocations, expected] of [
      [0, "idle"],
      [ENVIRONMENT_LIMITS.invocationsMax, "ended"],
    ] as const) {
      const { pool, given } = setUp(invocations);
      const ended: ExecutionEnvironment[] = [];
      pool.setProvision(TARGET.configurationId, 1, (environment) => ended.push(environment));
      const environment = given("provisioned-concurrency");
      assert.equal(environment.state, expected);
      assert.deepEqual(ended, expected === "ended" ? [environment] : []);
    }
  });
});
