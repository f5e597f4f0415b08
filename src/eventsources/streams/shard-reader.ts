/**
 * Reads one shard from its checkpoint on and hands its records to lanes: one, or as many as ParallelizationFactor says, each with
 * the keys that fall to it. Reading goes ahead of the lanes, within bounds.
 */
import { createHash } from "node:crypto";
import { POLLER_LIMITS, STREAM_LIMITS } from "../../config/mod.ts";
import type { StreamCheckpoint } from "../../store/mod.ts";
import { matchesAny } from "../filter/filter-pattern.ts";
import { pauseMs } from "../pause.ts";
import { RESULTS } from "../reader.ts";
import type { WakeUp } from "../wake-up.ts";
import { Lane, type Taken } from "./lane.ts";
import type { ShardContext } from "./shard-context.ts";
import { ShardProgress } from "./shard-progress.ts";
import { type ReadPosition, StreamFault, type StreamPage, type StreamRecord } from "./stream-source.ts";
import { WindowOfLane } from "./window-of-lane.ts";

export interface ShardReaderOptions {
  readonly context: ShardContext;
  readonly shardId: string;
  readonly checkpoint: StreamCheckpoint;
  /** Only what comes from now on; where that is interrupted, the checkpoint says from when. */
  readonly beginsAtLatest: boolean;
}

/** `missing`: the shard, or its whole stream, is not there any more. */
export type ShardEnd = "ended" | "missing" | "stopped";

export class ShardReader {
  readonly #options: ShardReaderOptions;
  readonly #context: ShardContext;
  readonly #progress: ShardProgress;
  readonly #lanes: readonly Lane[];
  /** A batch is done with. */
  readonly #done: WakeUp;
  /** Where to read on when the iterator cannot be used. */
  #position: ReadPosition;
  /** Read and not done with. */
  #waitingRecords = 0;
  #waitingBytes = 0;
  /** Of reads that failed, in a row. */
  #faults = 0;
  /** The source does not answer, and that has been said. */
  #isReported = false;
  /** Looks at the function that found none, in a row. */
  #absences = 0;

  constructor(options: ShardReaderOptions) {
    const { context, shardId, checkpoint, beginsAtLatest } = options;
    const { ParallelizationFactor = 1, TumblingWindowInSeconds = 0 } = context.mapping.settings;
    const lanes = TumblingWindowInSeconds > 0 ? 1 : ParallelizationFactor;
    this.#options = options;
    this.#context = context;
    this.#progress = new ShardProgress(checkpoint, lanes);
    this.#done = context.generation.wakeUp();
    this.#position = beginsAtLatest ? { kind: "latest" } : positionOf(checkpoint);
    const progress = this.#progress;
    if (TumblingWindowInSeconds === 0) progress.window = undefined;
    const { clock, streamArn } = context;
    const window =
      TumblingWindowInSeconds === 0
        ? undefined
        : new WindowOfLane({
            ...{ progress, clock, shardId, streamArn },
            lengthMs: TumblingWindowInSeconds * 1000,
          });
    const done = (taken: readonly Taken[]): Promise<void> => this.#finish(taken);
    this.#lanes = Array.from({ length: lanes }, () => new Lane({ context, shardId, done, window }));
  }

  /** Never rejects. */
  async run(): Promise<ShardEnd> {
    const { generation, mapping, reportFault } = this.#context;
    const lanes = Promise.all(this.#lanes.map((lane) => lane.run())).catch((error: unknown) => {
      // A fault of ours: everything begins anew at the checkpoints.
      reportFault(error, mapping.uuid);
      generation.end();
    });
    const end = await this.#read();
    // What was read before is still to be done, also where the stream is gone.
    for (const lane of this.#lanes) lane.close();
    await lanes;
    if (generation.isOver) return "stopped";
    if (end === "ended") await this.#save({ position: { kind: "ended" } });
    return end;
  }

  async #read(): Promise<ShardEnd> {
    const { generation, source, streamArn } = this.#context;
    const { shardId } = this.#options;
    let iterator: string | undefined;
    while (!generation.isOver) {
      if (this.#isFull) {
        await this.#done.wait();
        continue;
      }
      try {
        const roleArn = await this.#roleOfFunction();
        if (roleArn === undefined) continue;
        // A source that does not answer holds nobody up who wants to stop.
        iterator ??= await generation.unlessOver(source.iterator(streamArn, shardId, this.#position));
        if (iterator === undefined) break;
        const beganMs = this.#context.clock.nowMs();
        const page = await generation.unlessOver(source.read({ streamArn, shardId, roleArn }, iterator));
        this.#faults = 0;
        if (this.#isReported) this.#context.tell(RESULTS.none);
        this.#isReported = false;
        if (generation.isOver || page === undefined) break;
        await this.#take(page, beganMs);
        if (page.next === undefined) return "ended";
        iterator = page.next;
        if (!page.hasMore) await generation.wait(source.idleMs);
        else if (page.records.length === 0) await generation.wait(STREAM_LIMITS.emptyPageMs);
      } catch (error) {
        iterator = undefined;
        if (error instanceof StreamFault && error.kind === "missing") return "missing";
        await this.#recover(error);
      }
    }
    return "stopped";
  }

  /** Undefined, after a pause, where there is no function: nothing is read then. */
  async #roleOfFunction(): Promise<string | undefined> {
    const { resolve, scope, mapping, generation, tell } = this.#context;
    const found = await resolve(scope, mapping.functionName, mapping.qualifier);
    if (found !== undefined) {
      if (this.#absences > 0) tell(RESULTS.none);
      this.#absences = 0;
      return found.target.settings.Role;
    }
    tell(RESULTS.noFunction);
    this.#absences++;
    await generation.wait(pauseMs(this.#absences, POLLER_LIMITS.absencePauseMs));
    return undefined;
  }

  get #isFull(): boolean {
    return (
      this.#waitingRecords >= STREAM_LIMITS.waitingRecordsMax ||
      this.#waitingBytes >= STREAM_LIMITS.waitingBytesMax
    );
  }

  async #recover(error: unknown): Promise<void> {
    const { generation, mapping, reportFault, tell } = this.#context;
    const kind = error instanceof StreamFault ? error.kind : undefined;
    this.#faults++;
    // The latest is no longer what it was.
    if (this.#position.kind === "latest") this.#position = positionOf(this.#options.checkpoint);
    else if (kind === "trimmed") this.#position = { kind: "horizon" };
    // A new iterator helps, and needs no pause, unless it is the next that fails, too.
    if ((kind === "expired" || kind === "trimmed") && this.#faults === 1) return;
    if (kind === undefined) {
      if (!this.#isReported) reportFault(error, mapping.uuid);
      this.#isReported = true;
      tell(RESULTS.noSource);
    }
    await generation.wait(pauseMs(this.#faults, STREAM_LIMITS.faultPauseMs));
  }

  /** Hands records to their lanes; those that no filter wants are done with at once. */
  async #take({ records, hasMore }: StreamPage, beganMs: number): Promise<void> {
    const { clock, count, filters, source } = this.#context;
    const takenAtMs = clock.nowMs();
    const unwanted: Taken[] = [];
    const since = this.#position.kind === "since" && !source.knowsTime ? this.#position.atMs : 0;
    count("PolledEventCount", records.length);
    for (const record of records) {
      // Passed over for good only with the first that is wanted: until then the checkpoint says since when.
      if (record.arrivedAtMs < since) continue;
      const at = this.#laneOf(record);
      const isNew = this.#progress.isNew(record.sequenceNumber, at);
      // What filters see is not kept.
      const { view, ...kept } = record;
      const taken = { record: kept, place: this.#progress.add(record.sequenceNumber, at), takenAtMs };
      this.#waitingRecords++;
      this.#waitingBytes += record.json.length;
      this.#position = { kind: "after", sequenceNumber: record.sequenceNumber };
      if (isNew && matchesAny(filters, view())) this.#lanes[at]?.add(taken);
      else unwanted.push(taken);
    }
    count("FilteredOutEventCount", unwanted.length);
    if (unwanted.length > 0) await this.#finish(unwanted);
    if (!hasMore) for (const lane of this.#lanes) lane.caughtUp(beganMs);
  }

  #laneOf({ key }: StreamRecord): number {
    if (this.#lanes.length === 1) return 0;
    return createHash("md5").update(key).digest().readUInt32BE() % this.#lanes.length;
  }

  async #finish(taken: readonly Taken[]): Promise<void> {
    this.#progress.done(taken.map(({ place }) => place));
    this.#waitingRecords -= taken.length;
    for (const { record } of taken) this.#waitingBytes -= record.json.length;
    this.#done.ring();
    await this.#save(this.#progress.checkpoint());
  }

  /** One that cannot be written is followed by the next: until then more would come again after a crash. */
  async #save(checkpoint: StreamCheckpoint): Promise<void> {
    const { checkpoints, mapping, reportFault } = this.#context;
    try {
      await checkpoints.write(mapping.uuid, [{ shardId: this.#options.shardId, checkpoint }]);
    } catch (error) {
      reportFault(error, mapping.uuid);
    }
  }
}

function positionOf({ position }: StreamCheckpoint): ReadPosition {
  return position.kind === "ended" ? { kind: "latest" } : position;
}
