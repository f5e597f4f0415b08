/** A reader of a stream for tests: the stream, the function and the clock are the test's. */

import { FunctionPlaces } from "../src/eventsources/function-places.ts";
import { StreamCheckpoints } from "../src/eventsources/streams/checkpoints.ts";
import type { FailurePorts } from "../src/eventsources/streams/failure-record.ts";
import { StreamReader } from "../src/eventsources/streams/stream-reader.ts";
import type {
  EventSourceMapping,
  Invocation,
  InvocationOutcome,
  Invoker,
  MappingSettings,
  MetricDatum,
  Observation,
} from "../src/model/mod.ts";
import { FakeCheckpoints } from "./fake-checkpoints.ts";
import { FAKE_STREAM, FakeStream } from "./fake-stream.ts";
import { HandClock } from "./hand-clock.ts";
import { observedFunction } from "./observations.ts";
import { waitFor } from "./wait.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };

/** The record of a failure. */
export interface Told {
  readonly requestContext: {
    readonly requestId: string;
    readonly condition: string;
    readonly approximateInvokeCount: number;
  };
  readonly responseContext?: { readonly functionError: string | null };
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: number;
  };
  readonly payload?: unknown;
}

export interface StreamCall {
  readonly bodies: readonly string[];
  readonly numbers: readonly string[];
  /** Of the event, beside its records. */
  readonly members: Readonly<Record<string, unknown>>;
  succeed(answer?: unknown): void;
  fail(): void;
}

interface Event {
  readonly Records: readonly { readonly body: string; readonly sequenceNumber: string }[];
}

/** Calls wait until the test ends them, or are answered by `answer` where that is set. */
export class StreamFunction implements Invoker {
  readonly calls: StreamCall[] = [];
  places = Number.POSITIVE_INFINITY;
  running = 0;
  throttles = 0;
  /** True: the call fails. Undefined: the test ends it. */
  answer: ((call: StreamCall) => unknown) | undefined;

  async invoke({ payload, onAdmitted }: Invocation): Promise<InvocationOutcome> {
    if (this.running >= this.places) {
      this.throttles++;
      return { kind: "throttled", reason: "ReservedFunctionConcurrentInvocationLimitExceeded" };
    }
    onAdmitted?.();
    this.running++;
    const ended = Promise.withResolvers<InvocationOutcome>();
    const { Records, ...members } = JSON.parse(payload.toString()) as Event;
    const end = (kind: "success" | "functionError", answer: unknown): void =>
      ended.resolve({ kind, payload: Buffer.from(JSON.stringify(answer)), logTail: undefined });
    const call: StreamCall = {
      members,
      bodies: Records.map(({ body }) => body),
      numbers: Records.map(({ sequenceNumber }) => sequenceNumber),
      succeed: (answer = null) => end("success", answer),
      fail: () => end("functionError", {}),
    };
    this.calls.push(call);
    const answer = this.answer?.(call);
    if (answer === true) call.fail();
    else if (answer !== undefined) call.succeed(answer);
    try {
      return await ended.promise;
    } finally {
      this.running--;
    }
  }
}

export class StreamReading {
  readonly clock = new HandClock();
  readonly stream: FakeStream;
  readonly fake = new StreamFunction();
  readonly places = new FunctionPlaces(this.clock);
  readonly faults: unknown[] = [];
  readonly observations: Observation[] = [];
  readonly metrics: MetricDatum[] = [];
  /** What was told to the queue that is the destination. */
  readonly told: Told[] = [];
  readonly objects = new Map<string, string>();
  /** Thrown by the next deliveries, one each. */
  deliveryFaults: Error[] = [];
  isFunctionThere = true;
  checkpoints = new FakeCheckpoints();
  reader: StreamReader | undefined;

  constructor(shards = 1) {
    this.stream = new FakeStream(this.clock, shards);
  }

  mapping(settings: Partial<MappingSettings> = {}): EventSourceMapping {
    return {
      uuid: "uuid",
      kind: "kinesis",
      sourceArn: FAKE_STREAM,
      functionName: "f",
      isEnabled: true,
      state: "Enabled",
      lastModifiedMs: 0,
      settings: { BatchSize: 100, StartingPosition: "TRIM_HORIZON", ...settings },
      tags: {},
    };
  }

  start(settings: Partial<MappingSettings> = {}): StreamReader {
    const target = observedFunction("f");
    const destinations: FailurePorts = {
      sendToQueue: async (_arn, body) => {
        this.#fail();
        this.told.push(JSON.parse(body) as Told);
      },
      publish: undefined,
      putObject: async (_scope, bucket, key, body) => {
        this.objects.set(`${bucket}/${key}`, body);
      },
    };
    this.reader = new StreamReader(
      {
        ...{ clock: this.clock, places: this.places, source: this.stream, destinations },
        invoker: this.fake,
        checkpoints: new StreamCheckpoints(this.checkpoints),
        resolve: async () => (this.isFunctionThere ? { target, shared: { name: "f", tags: {} } } : undefined),
        observe: (observation) => this.observations.push(observation),
        putMetric: (datum) => this.metrics.push(datum),
        reportFault: (error) => this.faults.push(error),
      },
      SCOPE,
      this.mapping(settings),
    );
    return this.reader;
  }

  /** What runs ends well. */
  async stop(): Promise<void> {
    this.fake.places = Number.POSITIVE_INFINITY;
    const stopped = this.reader?.stop();
    for (const call of this.fake.calls) call.succeed();
    await stopped;
  }

  /** What a kill leaves: the checkpoints, and a reader that nobody hears of any more. */
  async kill(): Promise<void> {
    this.checkpoints = this.checkpoints.afterKill();
    await this.stop();
  }

  #fail(): void {
    const fault = this.deliveryFaults.shift();
    if (fault !== undefined) throw fault;
  }

  /** Everything that can happen without time has happened. */
  async idle(): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Time passes in steps, and what it brings happens. */
  async pass(ms: number, stepMs = Math.min(ms, 1000)): Promise<void> {
    await this.idle();
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.clock.pass(stepMs);
      await this.idle();
    }
  }

  async call(number: number): Promise<StreamCall> {
    const call = await waitFor(`call ${number}`, async () => {
      await this.idle();
      return this.fake.calls[number - 1];
    });
    return call;
  }

  bodies(): string[][] {
    return this.fake.calls.map(({ bodies }) => [...bodies]);
  }
}
