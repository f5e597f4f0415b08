/** The checkpoints of all mappings: what shards write at the same time shares one commit. */
import { STREAM_LIMITS } from "../../config/mod.ts";
import { GroupCommit } from "../../kit/mod.ts";
import type {
  CheckpointWrite,
  StoredCheckpoint,
  StreamCheckpoint,
  StreamCheckpointStore,
} from "../../store/mod.ts";

export class StreamCheckpoints {
  readonly #store: StreamCheckpointStore;
  readonly #commits: GroupCommit<CheckpointWrite, undefined>;

  constructor(store: StreamCheckpointStore) {
    this.#store = store;
    this.#commits = new GroupCommit<CheckpointWrite, undefined>({
      commit: async (writes) => {
        await store.commit(writes);
        return writes.map(() => undefined);
      },
      writesMax: STREAM_LIMITS.commitWritesMax,
    });
  }

  /** By shard. */
  async of(mappingId: string): Promise<Map<string, StreamCheckpoint>> {
    const all = await this.#store.list(mappingId);
    return new Map(all.map(({ shardId, checkpoint }) => [shardId, checkpoint]));
  }

  /** Durable when it resolves. */
  async write(mappingId: string, checkpoints: readonly StoredCheckpoint[]): Promise<void> {
    await this.#commits.add(checkpoints.map((each) => ({ kind: "write", mappingId, ...each })));
  }

  /** Instead of all that there is, in one step. */
  async replaceAll(mappingId: string, checkpoints: readonly StoredCheckpoint[]): Promise<void> {
    const writes = checkpoints.map((each) => ({ kind: "write", mappingId, ...each }) as const);
    await this.#commits.add([{ kind: "removeAll", mappingId }, ...writes]);
  }

  async remove(mappingId: string, shardIds: readonly string[]): Promise<void> {
    if (shardIds.length === 0) return;
    await this.#commits.add(shardIds.map((shardId) => ({ kind: "remove", mappingId, shardId })));
  }

  async removeAll(mappingId: string): Promise<void> {
    await this.#commits.add([{ kind: "removeAll", mappingId }]);
  }
}
