/**
 * The state of a tumbling window is kept in one step with the position, so that it has each record once, though calls come again:
 * through failures, partial successes and kills.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type StreamCall, StreamReading } from "../../../testkit/stream-reading.ts";
import type { MappingSettings } from "../../model/mod.ts";

const RUNS = 40;
const WINDOW_MS = 5000;

type Step =
  | { readonly kind: "send"; readonly count: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "turns"; readonly turns: number }
  | { readonly kind: "mood"; readonly mood: "well" | "fails" | "reports" }
  | { readonly kind: "kill" };

async function run(settings: Partial<MappingSettings>, steps: readonly Step[]): Promise<void> {
  const reading = new StreamReading();
  reading.stream.pageRecordsMax = 4;
  /** Numbers of records by the beginning of their window. */
  const sent = new Map<number, string[]>();
  const finals = new Map<number, string[][]>();
  let mood: Extract<Step, { kind: "mood" }>["mood"] = "well";
  let sends = 0;
  reading.fake.answer = ({ numbers, members }: StreamCall): unknown => {
    if (mood === "fails") return true;
    const { seen = [] } = members["state"] as { seen?: string[] };
    if (members["isFinalInvokeForWindow"] === true) {
      const startMs = Date.parse((members["window"] as { start: string }).start);
      finals.set(startMs, [...(finals.get(startMs) ?? []), seen]);
      return {};
    }
    const count = mood === "reports" && numbers.length > 1 ? numbers.length >> 1 : numbers.length;
    const batchItemFailures = numbers.slice(count).map((itemIdentifier) => ({ itemIdentifier }));
    return { state: { seen: [...seen, ...numbers.slice(0, count)] }, batchItemFailures };
  };
  const send = (): void => {
    const startMs = Math.floor(reading.clock.nowMs() / WINDOW_MS) * WINDOW_MS;
    sent.set(startMs, [...(sent.get(startMs) ?? []), String(++sends)]);
    reading.stream.send("shard-0", "x");
  };
  reading.start(settings);
  for (const step of steps) {
    if (step.kind === "send") for (let at = 0; at < step.count; at++) send();
    else if (step.kind === "pass") await reading.pass(step.ms, step.ms);
    else if (step.kind === "mood") mood = step.mood;
    else if (step.kind === "turns") {
      for (let turn = 0; turn < step.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    } else {
      await reading.kill();
      reading.start(settings);
    }
  }
  mood = "well";
  await reading.pass(60_000);
  await reading.stop();
  assert.deepEqual([...finals.keys()].sort(), [...sent.keys()].sort());
  for (const [startMs, states] of finals) {
    for (const state of states) assert.deepEqual(state, sent.get(startMs));
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("send" as const), count: fc.integer({ min: 1, max: 6 }) }),
  fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 4000 }) }),
  fc.record({ kind: fc.constant("turns" as const), turns: fc.integer({ min: 0, max: 12 }) }),
  fc.record({
    kind: fc.constant("mood" as const),
    mood: fc.constantFrom("well" as const, "fails" as const, "reports" as const),
  }),
  fc.constant<Step>({ kind: "kill" }),
);

describe("the state of a tumbling window", () => {
  it("has each record of the window once, in order, whatever happens", () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({ BatchSize: fc.integer({ min: 1, max: 5 }), BisectBatchOnFunctionError: fc.boolean() }),
        fc.array(step, { minLength: 3, maxLength: 40, size: "max" }),
        (settings, steps) =>
          run(
            {
              ...settings,
              TumblingWindowInSeconds: WINDOW_MS / 1000,
              FunctionResponseTypes: ["ReportBatchItemFailures"],
            },
            steps,
          ),
      ),
      { numRuns: RUNS },
    ));
});
