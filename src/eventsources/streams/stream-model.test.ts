/**
 * Whatever a function does, whatever a stream does, and however often the server is killed: every record is processed at least once
 * or told to the destination, records with the same key in order, and children after their parents.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type StreamCall, StreamReading } from "../../../testkit/stream-reading.ts";
import type { MappingSettings } from "../../model/mod.ts";
import { StreamFault } from "./stream-source.ts";

const RUNS = 120;
const SHARDS_MAX = 6;
const DESTINATION = { OnFailure: { Destination: "arn:aws:sqs:us-east-1:000000000000:failed" } };

interface Sent {
  readonly shardId: string;
  readonly key: string;
}

/** What the function does with its calls for a while. */
type Mood = "well" | "fails" | "reports" | "throttled" | "slow";

type Step =
  | { readonly kind: "send"; readonly shard: number; readonly key: string; readonly isPoison: boolean }
  | { readonly kind: "mood"; readonly mood: Mood }
  | { readonly kind: "reshard"; readonly shard: number; readonly children: number }
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "fault"; readonly fault: "expired" | "busy" | "network" | "delivery" | "store" }
  | { readonly kind: "turns"; readonly turns: number }
  | { readonly kind: "kill" }
  | { readonly kind: "reconfigure"; readonly settings: Partial<MappingSettings> };

class Model {
  readonly reading = new StreamReading();
  /** By sequence number. */
  readonly sent = new Map<string, Sent>();
  readonly processed = new Set<string>();
  readonly problems: string[] = [];
  #mood: Mood = "well";
  #settings: Partial<MappingSettings>;
  #sends = 0;

  constructor(settings: Partial<MappingSettings>) {
    this.#settings = settings;
    this.reading.fake.answer = (call) => this.#answer(call);
  }

  async run(steps: readonly Step[]): Promise<void> {
    const { reading } = this;
    reading.stream.pageRecordsMax = 3;
    reading.start(this.#settings);
    // LATEST begins with the first look.
    await reading.idle();
    for (const step of steps) await this.#take(step);
    await this.#end();
    for (const [number, { shardId }] of this.sent) {
      if (!this.processed.has(number) && !this.#told().has(number)) {
        this.problems.push(`${number} of ${shardId} is lost`);
      }
    }
    await reading.stop();
    assert.deepEqual(this.problems, []);
  }

  async #take(step: Step): Promise<void> {
    const { reading } = this;
    const { stream } = reading;
    switch (step.kind) {
      case "send": {
        const open = stream.shards.filter(({ isOpen }) => isOpen);
        const shardId = open[step.shard % open.length]?.id ?? "";
        const number = String(++this.#sends);
        this.sent.set(number, { shardId, key: step.key });
        stream.sendKeyed(shardId, step.key, step.isPoison ? "poison" : "fine");
        return;
      }
      case "mood":
        this.#setMood(step.mood);
        return;
      case "reshard": {
        if (stream.shards.length >= SHARDS_MAX) return;
        const open = stream.shards.filter(({ isOpen }) => isOpen);
        stream.reshard([open[step.shard % open.length]?.id ?? ""], step.children);
        return;
      }
      case "pass":
        await reading.pass(step.ms, step.ms);
        return;
      case "fault":
        this.#fault(step.fault);
        return;
      case "turns":
        for (let turn = 0; turn < step.turns; turn++) await new Promise((resolve) => setImmediate(resolve));
        return;
      case "kill":
        await reading.kill();
        reading.start(this.#settings);
        return;
      case "reconfigure":
        // Not what an answer means, which a call that is under way would not know.
        this.#settings = {
          ...this.#settings,
          ...step.settings,
          FunctionResponseTypes: this.#settings.FunctionResponseTypes ?? [],
        };
        reading.reader?.reconfigure(reading.mapping(this.#settings));
        return;
      default:
        step satisfies never;
    }
  }

  #fault(fault: Extract<Step, { kind: "fault" }>["fault"]): void {
    const { reading } = this;
    if (fault === "delivery") reading.deliveryFaults.push(new Error("not now"));
    else if (fault === "network") reading.stream.faults.push(new Error("reset"));
    else if (fault === "store") {
      const { checkpoints } = reading;
      checkpoints.onCommit = () => {
        checkpoints.onCommit = () => {};
        throw new Error("full");
      };
    } else reading.stream.faults.push(new StreamFault(fault, fault));
  }

  #setMood(mood: Mood): void {
    this.#mood = mood;
    this.reading.fake.places = mood === "throttled" ? 0 : Number.POSITIVE_INFINITY;
  }

  /** Nothing disturbs it any more. */
  async #end(): Promise<void> {
    const { reading } = this;
    this.#setMood("well");
    for (let second = 0; second < 300; second++) {
      for (const call of reading.fake.calls) this.#finish(call);
      await reading.pass(1000);
      const told = this.#told();
      if ([...this.sent.keys()].every((number) => this.processed.has(number) || told.has(number))) return;
    }
  }

  #answer(call: StreamCall): unknown {
    this.#judge(call);
    if (this.#mood === "slow") return undefined;
    if (this.#mood === "fails") return true;
    if (this.#mood === "reports" && call.numbers.length > 1) {
      const at = call.numbers.length >> 1;
      if (this.#settings.FunctionResponseTypes?.length === 1) {
        this.#process(call, at);
        return { batchItemFailures: [{ itemIdentifier: call.numbers[at] }] };
      }
    }
    return this.#outcome(call);
  }

  /** Of a call that was slow. */
  #finish(call: StreamCall): void {
    const outcome = this.#outcome(call);
    if (outcome === true) call.fail();
    else call.succeed(outcome);
  }

  #outcome(call: StreamCall): unknown {
    if (call.bodies.includes("poison")) return true;
    this.#process(call, call.numbers.length);
    return {};
  }

  #process({ numbers }: StreamCall, count: number): void {
    for (const number of numbers.slice(0, count)) this.processed.add(number);
  }

  /** What must come before is done with, or stands before it in the same batch. */
  #judge({ numbers }: StreamCall): void {
    const told = this.#told();
    const batch = new Set<string>();
    for (const number of numbers) {
      const record = this.sent.get(number);
      for (const [earlier, { shardId, key }] of this.sent) {
        const isBefore =
          shardId === record?.shardId
            ? key === record.key && BigInt(earlier) < BigInt(number)
            : this.#isAncestor(shardId, record?.shardId ?? "");
        if (!isBefore || batch.has(earlier) || this.processed.has(earlier) || told.has(earlier)) continue;
        this.problems.push(`${number} comes before ${earlier}`);
      }
      batch.add(number);
    }
  }

  #isAncestor(shardId: string, of: string): boolean {
    const parents = this.reading.stream.shards.find(({ id }) => id === of)?.parentIds ?? [];
    return parents.some((parent) => parent === shardId || this.#isAncestor(shardId, parent));
  }

  /** By the numbers of the records; between two of a batch there are some of other keys. */
  #told(): Set<string> {
    const told = new Set<string>();
    for (const { KinesisBatchInfo: info } of this.reading.told) {
      for (let at = BigInt(info.startSequenceNumber); at <= BigInt(info.endSequenceNumber); at++) {
        if (this.sent.get(String(at))?.shardId === info.shardId) told.add(String(at));
      }
    }
    return told;
  }
}

const settings = fc.record({
  BatchSize: fc.integer({ min: 1, max: 5 }),
  ParallelizationFactor: fc.constantFrom(1, 1, 3),
  BisectBatchOnFunctionError: fc.boolean(),
  MaximumRetryAttempts: fc.integer({ min: 0, max: 2 }),
  MaximumBatchingWindowInSeconds: fc.constantFrom(0, 0, 2),
  FunctionResponseTypes: fc.constantFrom<(readonly string[])[]>([], ["ReportBatchItemFailures"]),
  DestinationConfig: fc.constant(DESTINATION),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      shard: fc.nat(SHARDS_MAX),
      key: fc.constantFrom("a", "b", "c", "d"),
      isPoison: fc.constantFrom(false, false, false, false, false, true),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("mood" as const),
      mood: fc.constantFrom<Mood[]>("well", "fails", "reports", "throttled", "slow"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("reshard" as const),
      shard: fc.nat(SHARDS_MAX),
      children: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 5000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      fault: fc.constantFrom("expired", "busy", "network", "delivery", "store"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("turns" as const), turns: fc.integer({ min: 0, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: "kill" }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reconfigure" as const), settings }) },
);

describe("a stream", () => {
  it("is handed over whole and in order, through failures, reshards and kills", () =>
    fc.assert(
      fc.asyncProperty(
        settings,
        fc.constantFrom("TRIM_HORIZON", "LATEST"),
        fc.boolean(),
        fc.array(step, { minLength: 5, maxLength: 60, size: "max" }),
        (first, StartingPosition, knowsTime, steps) => {
          const model = new Model({ ...first, StartingPosition });
          model.reading.stream.knowsTime = knowsTime;
          return model.run(steps);
        },
      ),
      { numRuns: RUNS },
    ));
});
