/** The contract of what keeps how far mappings have read their streams. A commit is durable when its promise resolves. */

export interface StreamCheckpointStore {
  /** All or nothing, in the order given. */
  commit(writes: readonly CheckpointWrite[]): Promise<void>;
  /** All of one mapping, in no order. */
  list(mappingId: string): Promise<StoredCheckpoint[]>;
}

export type CheckpointWrite =
  /** Creates or replaces. */
  | ({ readonly kind: "write"; readonly mappingId: string } & StoredCheckpoint)
  | { readonly kind: "remove"; readonly mappingId: string; readonly shardId: string }
  | { readonly kind: "removeAll"; readonly mappingId: string };

export interface StoredCheckpoint {
  readonly shardId: string;
  readonly checkpoint: StreamCheckpoint;
}

/** How far one shard has been read. */
export interface StreamCheckpoint {
  readonly position: CheckpointPosition;
  /**
   * Where several lanes share the shard and are not equally far: up to which sequence number each is, as far as that is beyond
   * the position.
   */
  readonly lanes?: readonly (string | null)[];
  /** The tumbling window that is open. */
  readonly window?: OpenWindow;
  /** Which stream this is about, where another may get the same name. */
  readonly identity?: string;
}

export type CheckpointPosition =
  /** The oldest record there is. */
  | { readonly kind: "horizon" }
  /** Records that arrived then or later. */
  | { readonly kind: "since"; readonly atMs: number }
  /** All up to it are done with. */
  | { readonly kind: "after"; readonly sequenceNumber: string }
  /** The shard is closed, and all of it is done with. */
  | { readonly kind: "ended" };

export interface OpenWindow {
  readonly startMs: number;
  readonly endMs: number;
  /** What the function returned for it: JSON text. */
  readonly state: string;
}
