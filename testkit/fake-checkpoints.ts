/** Checkpoints for tests of readers: what is committed stays, whatever becomes of the reader. */
import type {
  CheckpointWrite,
  StoredCheckpoint,
  StreamCheckpoint,
  StreamCheckpointStore,
} from "../src/store/mod.ts";

export class FakeCheckpoints implements StreamCheckpointStore {
  readonly #kept = new Map<string, Map<string, StreamCheckpoint>>();
  /** Told of each commit before it is made: a test throws here. */
  onCommit: (writes: readonly CheckpointWrite[]) => void = () => {};
  /** Commits of a server that was killed: they come to nothing. */
  isDead = false;

  async commit(writes: readonly CheckpointWrite[]): Promise<void> {
    if (this.isDead) return;
    this.onCommit(writes);
    for (const write of writes) {
      const ofMapping = this.#kept.get(write.mappingId) ?? new Map<string, StreamCheckpoint>();
      this.#kept.set(write.mappingId, ofMapping);
      if (write.kind === "write") ofMapping.set(write.shardId, structuredClone(write.checkpoint));
      else if (write.kind === "remove") ofMapping.delete(write.shardId);
      else ofMapping.clear();
    }
  }

  async list(mappingId: string): Promise<StoredCheckpoint[]> {
    return [...(this.#kept.get(mappingId) ?? [])].map(([shardId, checkpoint]) => ({ shardId, checkpoint }));
  }

  /** The same store after the server was killed: what it still tries to write is lost. */
  afterKill(): FakeCheckpoints {
    this.isDead = true;
    const other = new FakeCheckpoints();
    for (const [id, checkpoints] of this.#kept) other.#kept.set(id, structuredClone(checkpoints));
    return other;
  }
}
