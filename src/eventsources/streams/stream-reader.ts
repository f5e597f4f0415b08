/**
 * Reads one stream for one function: a reader for each shard, children when their parents are done with. How far it is stands in
 * the checkpoints. Whatever happens to the mapping or the server, reading goes on from there.
 *
 * Sources: "Process Amazon Kinesis Data Streams records with Lambda" and the pages beside it.
 */
import { STREAM_LIMITS } from "../../config/mod.ts";
import type { EventSourceMapping, Scope } from "../../model/mod.ts";
import type { StoredCheckpoint, StreamCheckpoint } from "../../store/mod.ts";
import { eventCounter } from "../event-counts.ts";
import { compilePattern } from "../filter/filter-pattern.ts";
import { pauseMs } from "../pause.ts";
import { RESULTS, type Reader } from "../reader.ts";
import type { WakeUp } from "../wake-up.ts";
import { Generation } from "./generation.ts";
import type { ShardContext, StreamParts } from "./shard-context.ts";
import { ShardReader } from "./shard-reader.ts";
import { type StreamDescription, StreamFault, type StreamShard } from "./stream-source.ts";

/** What is kept of the stream as a whole: when the mapping began with it. No shard is called so. */
const BEGINNING = "";

type RoundContext = Omit<ShardContext, "retentionMs">;

export class StreamReader implements Reader {
  readonly #parts: StreamParts;
  readonly #scope: Scope;
  readonly #loop: Promise<void>;
  #mapping: EventSourceMapping;
  #generation: Generation;
  #isStopped = false;
  #lastResult: string | undefined;

  /** Reads at once. Throws InvalidParameterValueException for a filter that is none. */
  constructor(parts: StreamParts, scope: Scope, mapping: EventSourceMapping) {
    filtersOf(mapping);
    this.#parts = parts;
    this.#scope = scope;
    this.#mapping = mapping;
    this.#generation = new Generation(parts.clock);
    this.#loop = this.#run();
  }

  get lastResult(): string | undefined {
    return this.#lastResult;
  }

  reconfigure(mapping: EventSourceMapping): void {
    filtersOf(mapping);
    this.#endGeneration();
    this.#mapping = mapping;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endGeneration();
    await this.#loop;
  }

  #endGeneration(): void {
    this.#generation.end();
    // Throttled batches wait no longer.
    this.#parts.places.freed(this.#scope, this.#mapping.functionName);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      this.#generation = new Generation(this.#parts.clock);
      await this.#runGeneration(this.#generation, this.#mapping);
    }
  }

  /** Looks at the stream, reads its shards, and begins anew when the stream is another or has gone. */
  async #runGeneration(generation: Generation, mapping: EventSourceMapping): Promise<void> {
    const { clock } = this.#parts;
    for (let failures = 0; !generation.isOver; ) {
      const beganMs = clock.nowMs();
      const round = new Generation(clock, generation);
      await new StreamRound(this.#contextOf(round, mapping), beganMs).run();
      if (generation.isOver) return;
      this.#lastResult = RESULTS.noSource;
      failures = clock.nowMs() - beganMs > STREAM_LIMITS.listMs ? 1 : failures + 1;
      await generation.wait(pauseMs(failures, STREAM_LIMITS.faultPauseMs));
    }
  }

  #contextOf(generation: Generation, mapping: EventSourceMapping): RoundContext {
    return {
      ...this.#parts,
      ...{ scope: this.#scope, mapping, generation },
      streamArn: mapping.sourceArn ?? "",
      filters: filtersOf(mapping),
      count: eventCounter(this.#parts, this.#scope, mapping),
      tell: (result) => {
        this.#lastResult = result;
      },
    };
  }
}

/** One stream from the first look at its shards until it is gone, or another, or the generation is over. */
class StreamRound {
  readonly #context: RoundContext;
  readonly #changed: WakeUp;
  readonly #beganMs: number;
  readonly #running = new Map<string, Promise<void>>();
  /** Done with, now or before. */
  readonly #ended = new Set<string>();
  #identity: string | undefined;
  /** A shard has ended since the last look. */
  #hasChanged = false;
  /** Looks that failed, in a row. */
  #faults = 0;

  constructor(context: RoundContext, beganMs: number) {
    this.#context = context;
    this.#beganMs = beganMs;
    this.#changed = context.generation.wakeUp();
  }

  /** Never rejects. Resolves when the last batch of all shards has ended. */
  async run(): Promise<void> {
    const { generation } = this.#context;
    while (!generation.isOver) {
      this.#hasChanged = false;
      const waitMs = await this.#look();
      if (!this.#hasChanged && !generation.isOver) await this.#changed.wait(waitMs);
    }
    await Promise.all(this.#running.values());
  }

  /** Starts what is to be read now. How long until the next look, milliseconds. */
  async #look(): Promise<number> {
    const { source, streamArn, generation, reportFault, mapping, tell } = this.#context;
    try {
      const stream = await generation.unlessOver(source.describe(streamArn));
      if (stream === undefined) return 0;
      this.#identity ??= stream.identity;
      if (this.#identity === stream.identity) await this.#startShards(stream);
      else generation.end();
      if (this.#faults > 0) tell(RESULTS.none);
      this.#faults = 0;
      return STREAM_LIMITS.listMs;
    } catch (error) {
      if (error instanceof StreamFault && error.kind === "missing") generation.end();
      else if (!(error instanceof StreamFault) && this.#faults === 0) reportFault(error, mapping.uuid);
      // Shards that are being read tell for themselves.
      if (this.#running.size === 0) tell(RESULTS.noSource);
      this.#faults++;
      return pauseMs(this.#faults, STREAM_LIMITS.faultPauseMs);
    }
  }

  async #startShards(stream: StreamDescription): Promise<void> {
    const { generation } = this.#context;
    const context: ShardContext = { ...this.#context, retentionMs: stream.retentionMs };
    const { known, latest } = await this.#knownCheckpoints(stream);
    for (const [shardId, { position }] of known) if (position.kind === "ended") this.#ended.add(shardId);
    const listed = new Set(stream.shards.map(({ id }) => id));
    for (const shard of stream.shards) {
      if (generation.isOver || this.#running.has(shard.id) || this.#ended.has(shard.id)) continue;
      const isFirst = shard.parentIds.every((id) => !listed.has(id) || this.#ended.has(id));
      if (!isFirst) continue;
      const checkpoint = known.get(shard.id) ?? { position: this.#beginning() };
      this.#start(context, shard, checkpoint, latest.has(shard.id));
    }
  }

  #start(context: ShardContext, { id }: StreamShard, checkpoint: StreamCheckpoint, isLatest: boolean): void {
    const reader = new ShardReader({ context, shardId: id, checkpoint, beginsAtLatest: isLatest });
    const work = reader.run().then((end) => {
      this.#running.delete(id);
      if (end === "ended") this.#ended.add(id);
      if (end === "missing") this.#context.generation.end();
      this.#hasChanged = true;
      this.#changed.ring();
    });
    this.#running.set(id, work);
  }

  /** Of a shard that is new to the mapping. */
  #beginning(): StreamCheckpoint["position"] {
    const { StartingPosition, startingPositionTimestampMs } = this.#context.mapping.settings;
    return StartingPosition === "AT_TIMESTAMP" && startingPositionTimestampMs !== undefined
      ? { kind: "since", atMs: startingPositionTimestampMs }
      : { kind: "horizon" };
  }

  /**
   * The checkpoints of this stream, after those of an earlier one of the same name and of shards that are gone have been removed.
   * With LATEST the shards of the first look get theirs before anything is read: what comes later in others is never passed over.
   */
  async #knownCheckpoints(
    stream: StreamDescription,
  ): Promise<{ known: Map<string, StreamCheckpoint>; latest: ReadonlySet<string> }> {
    const { checkpoints, mapping } = this.#context;
    const { uuid, settings } = mapping;
    const known = await checkpoints.of(uuid);
    const beginning = known.get(BEGINNING);
    known.delete(BEGINNING);
    const isOther = beginning !== undefined && beginning.identity !== stream.identity;
    if (beginning !== undefined && !isOther) {
      const listed = new Set(stream.shards.map(({ id }) => id));
      const gone = [...known.keys()].filter((id) => !listed.has(id) && !this.#running.has(id));
      await checkpoints.remove(uuid, gone);
      for (const id of gone) known.delete(id);
      return { known, latest: new Set() };
    }
    // All of a stream that was made anew is new to the function.
    const isLatest = settings.StartingPosition === "LATEST" && !isOther;
    const atMs = this.#beganMs - STREAM_LIMITS.latestSlackMs;
    const first: StoredCheckpoint[] = isLatest ? atLatest(stream.shards, atMs) : [];
    const begun = { position: { kind: "since", atMs }, identity: stream.identity } as const;
    await checkpoints.replaceAll(uuid, [{ shardId: BEGINNING, checkpoint: begun }, ...first]);
    const open = first.filter(({ checkpoint }) => checkpoint.position.kind === "since");
    return {
      known: new Map(first.map(({ shardId, checkpoint }) => [shardId, checkpoint])),
      latest: new Set(open.map(({ shardId }) => shardId)),
    };
  }
}

/** Shards that have children are closed: nothing new comes in them. */
function atLatest(shards: readonly StreamShard[], atMs: number): StoredCheckpoint[] {
  const parents = new Set(shards.flatMap(({ parentIds }) => parentIds));
  return shards.map(({ id }) => ({
    shardId: id,
    checkpoint: { position: parents.has(id) ? { kind: "ended" } : { kind: "since", atMs } },
  }));
}

function filtersOf({ settings }: EventSourceMapping) {
  return (settings.FilterCriteria?.Filters ?? []).map(({ Pattern }) => compilePattern(Pattern));
}
