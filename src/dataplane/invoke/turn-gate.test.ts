import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { TurnGate } from "./turn-gate.ts";

describe("A turn's gate", () => {
  it("lets so many pass at once, and as many in each turn after, in their order", async () => {
    const gate = new TurnGate(3);
    const passed: number[] = [];
    const enter = async (who: number): Promise<void> => {
      const way = gate.enter("f");
      if (way !== undefined) await way;
      passed.push(who);
    };
    const all = Array.from({ length: 8 }, (_, who) => enter(who));
    assert.deepEqual(passed, [0, 1, 2]);
    await turn();
    assert.deepEqual(passed, [0, 1, 2, 3, 4, 5]);
    // Who comes while others wait is behind them.
    all.push(enter(8));
    assert.equal(passed.length, 6);
    await turn();
    assert.deepEqual(passed, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await Promise.all(all);
  });

  it("lets another function's call pass a burst of the first's", async () => {
    const gate = new TurnGate(2);
    const passed: string[] = [];
    const all = ["a1", "a2", "a3", "a4", "a5", "a6", "b1"].map(async (name) => {
      const way = gate.enter(name.slice(0, 1));
      if (way !== undefined) await way;
      passed.push(name);
    });
    await Promise.all(all);
    assert.deepEqual(passed, ["a1", "a2", "a3", "b1", "a4", "a5", "a6"]);
  });

  it("is free for each that comes alone", async () => {
    const gate = new TurnGate(1);
    for (let call = 0; call < 3; call++) {
      assert.equal(gate.enter("f"), undefined);
      await turn();
    }
    assert.equal(gate.enter("f"), undefined);
    assert.notEqual(gate.enter("f"), undefined);
  });
});
