/** A stream for tests of readers: in memory, on the test's clock, with shards that split and merge. */
import { DataField } from "../src/eventsources/filter/data-field.ts";
import {
  type ReadPosition,
  StreamFault,
  type StreamPage,
  type StreamRecord,
  type StreamSource,
} from "../src/eventsources/streams/stream-source.ts";
import type { HandClock } from "./hand-clock.ts";

export const FAKE_STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/fake";

interface FakeShard {
  readonly id: string;
  readonly parentIds: readonly string[];
  readonly records: StreamRecord[];
  isOpen: boolean;
}

export class FakeStream implements StreamSource {
  readonly idleMs = 1000;
  readonly batchInfo = { member: "KinesisBatchInfo", hasMilliseconds: true } as const;
  readonly clock: HandClock;
  readonly shards: FakeShard[] = [];
  /** Positions that iterators were asked for. */
  readonly asked: ReadPosition[] = [];
  knowsTime = true;
  identity = "first";
  isThere = true;
  pageRecordsMax = 1000;
  /** How often it was read. */
  reads = 0;
  /** Thrown by the next reads, one each. */
  faults: Error[] = [];
  #sent = 0;

  constructor(clock: HandClock, shards = 1) {
    this.clock = clock;
    for (let at = 0; at < shards; at++) this.addShard();
  }

  addShard(parentIds: readonly string[] = []): string {
    const id = `shard-${this.shards.length}`;
    this.shards.push({ id, parentIds, records: [], isOpen: true });
    return id;
  }

  /** Closes shards and opens others that come after them. */
  reshard(parentIds: readonly string[], children: number): string[] {
    for (const id of parentIds) this.#shard(id).isOpen = false;
    return Array.from({ length: children }, () => this.addShard(parentIds));
  }

  send(shardId: string, ...bodies: string[]): void {
    for (const body of bodies) this.sendKeyed(shardId, "k", body);
  }

  sendKeyed(shardId: string, key: string, body: string): void {
    const sequenceNumber = String(++this.#sent);
    this.#shard(shardId).records.push({
      ...{ sequenceNumber, key },
      arrivedAtMs: this.clock.nowMs(),
      json: Buffer.from(JSON.stringify({ body, key, sequenceNumber })),
      view: () => ({ data: new DataField(body) }),
    });
  }

  async describe() {
    if (!this.isThere) throw new StreamFault("missing", "no such stream");
    const shards = this.shards.map(({ id, parentIds }) => ({ id, parentIds }));
    return { identity: this.identity, retentionMs: 24 * 60 * 60 * 1000, shards };
  }

  async iterator(_arn: string, shardId: string, position: ReadPosition): Promise<string> {
    this.asked.push(position);
    const { records } = this.#shard(shardId);
    return `${shardId}/${this.#start(records, position)}`;
  }

  async read(_place: unknown, iterator: string): Promise<StreamPage> {
    this.reads++;
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    const [shardId = "", start] = iterator.split("/");
    const { records, isOpen } = this.#shard(shardId);
    const end = Math.min(Number(start) + this.pageRecordsMax, records.length);
    const isLast = end === records.length;
    return {
      records: records.slice(Number(start), end),
      next: isLast && !isOpen ? undefined : `${shardId}/${end}`,
      hasMore: !isLast,
    };
  }

  #start(records: readonly StreamRecord[], position: ReadPosition): number {
    const from = (is: (record: StreamRecord) => boolean): number => {
      const at = records.findIndex(is);
      return at < 0 ? records.length : at;
    };
    switch (position.kind) {
      case "horizon":
        return 0;
      case "latest":
        return records.length;
      case "since":
        return this.knowsTime ? from(({ arrivedAtMs }) => arrivedAtMs >= position.atMs) : 0;
      case "after":
        return from(({ sequenceNumber }) => BigInt(sequenceNumber) > BigInt(position.sequenceNumber));
      default:
        return position satisfies never;
    }
  }

  #shard(id: string): FakeShard {
    const shard = this.isThere ? this.shards.find((each) => each.id === id) : undefined;
    if (shard === undefined) throw new StreamFault("missing", `no shard ${id}`);
    return shard;
  }
}
