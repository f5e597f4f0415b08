/** The picture of environments between one snapshot and the next. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  EMPTY_PICTURE,
  emptySlots,
  LEAVING_MS,
  nextPicture,
  originOf,
  RECENT_MS,
  refusedOfLate,
} from "./picture.ts";
import type { EnvironmentView, FunctionView, Snapshot } from "./snapshot.ts";

const PLACE = { accountId: "000000000000", region: "us-east-1" };

function environment(id: string, changes: Partial<EnvironmentView> = {}): EnvironmentView {
  return {
    ...PLACE,
    id,
    functionName: "resize",
    version: "$LATEST",
    state: "frozen",
    initializationType: "on-demand",
    isRestored: false,
    createdAtMs: 1000,
    stateSinceMs: 1000,
    invocations: 1,
    memoryMib: 128,
    peakMemoryBytes: 40_000_000,
    logGroup: "/aws/lambda/resize",
    logStream: "a",
    ...changes,
  };
}

function counts(changes: Partial<FunctionView> = {}): FunctionView {
  return { ...PLACE, functionName: "resize", inFlight: 0, throttles: 0, ...changes };
}

function snapshot(
  environments: readonly EnvironmentView[],
  functions: readonly FunctionView[] = [],
): Snapshot {
  return { environments, functions, accountLimit: 1000 };
}

describe("the picture of environments", () => {
  it("keeps a cell that looks as before, and makes a new one of what changed", () => {
    const first = nextPicture(EMPTY_PICTURE, snapshot([environment("a"), environment("b")]), PLACE, 0);
    const changed = snapshot([environment("a"), environment("b", { state: "busy", requestId: "r" })]);
    const second = nextPicture(first, changed, PLACE, 100);
    const [before, after] = [first, second].map((each) => each.functions[0]?.versions[0]?.cells ?? []);
    assert.equal(before?.[0], after?.[0]);
    assert.notEqual(before?.[1], after?.[1]);
    assert.equal(after?.[1]?.environment.state, "busy");
    assert.equal(nextPicture(second, changed, PLACE, 200).functions[0], second.functions[0]);
  });

  it("lets a cell that ended be seen going, and then forgets it and its function", () => {
    const first = nextPicture(EMPTY_PICTURE, snapshot([environment("a")]), PLACE, 0);
    const going = nextPicture(first, snapshot([]), PLACE, 100);
    assert.equal(going.functions[0]?.versions[0]?.cells[0]?.leftAtMs, 100);
    assert.equal(going.functions[0]?.living, 0);
    const gone = nextPicture(going, snapshot([]), PLACE, 100 + LEAVING_MS);
    assert.deepEqual(gone.functions, []);
  });

  it("counts a limit's empty slots, and calls refused of late but not those from before it looked", () => {
    const first = nextPicture(EMPTY_PICTURE, snapshot([], [counts({ reserved: 2, throttles: 5 })]), PLACE, 0);
    assert.deepEqual(first.functions.map(emptySlots), [2]);
    assert.deepEqual(first.functions.map(refusedOfLate), [0]);
    const full = snapshot(
      [environment("a"), environment("b")],
      [counts({ reserved: 2, throttles: 13, inFlight: 2 })],
    );
    const second = nextPicture(first, full, PLACE, 100);
    assert.deepEqual(second.functions.map(emptySlots), [0]);
    assert.deepEqual(second.functions.map(refusedOfLate), [8]);
    assert.deepEqual(
      second.history.map(({ refused }) => refused),
      [0, 8],
    );
    const later = nextPicture(second, full, PLACE, 100 + RECENT_MS);
    assert.deepEqual(later.functions.map(refusedOfLate), [0]);
  });

  it("groups by function and version, newest version first, oldest cell first", () => {
    const all = [
      environment("a", { version: "9", createdAtMs: 5 }),
      environment("b", { version: "10" }),
      environment("c", { version: "9", createdAtMs: 3 }),
      environment("d"),
      environment("e", { functionName: "alpha" }),
    ];
    const picture = nextPicture(EMPTY_PICTURE, snapshot(all), PLACE, 0);
    const shape = picture.functions.map(({ functionName, versions }) => [
      functionName,
      ...versions.map(
        ({ version, cells }) => `${version}: ${cells.map((cell) => cell.environment.id).join("")}`,
      ),
    ]);
    assert.deepEqual(shape, [
      ["alpha", "$LATEST: e"],
      ["resize", "$LATEST: d", "10: b", "9: ca"],
    ]);
  });

  it("leaves out what belongs to other accounts and regions", () => {
    const all = snapshot(
      [environment("a", { region: "eu-west-1" })],
      [counts({ accountId: "111111111111", throttles: 3 })],
    );
    const picture = nextPicture(EMPTY_PICTURE, all, PLACE, 0);
    assert.deepEqual(picture.functions, []);
    assert.equal(picture.totals.throttles, 0);
  });

  it("names where an environment came from", () => {
    assert.equal(originOf(environment("a")), "cold");
    assert.equal(originOf(environment("a", { invocations: 2 })), "warm");
    assert.equal(originOf(environment("a", { isRestored: true, invocations: 2 })), "restored");
    assert.equal(
      originOf(environment("a", { initializationType: "provisioned-concurrency" })),
      "provisioned",
    );
  });
});
