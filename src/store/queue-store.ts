/**
 * The contract of what keeps queues and their messages. Every write is durable when its promise resolves, unless it says
 * otherwise. Messages lie in boxes: a queue has one box at a time, and purging gives it a new one.
 */
import type { MessageAttribute, Scope } from "../model/mod.ts";

export interface QueueRecord {
  /** Never given twice. */
  readonly id: number;
  /** Where the queue's messages lie. */
  readonly boxId: number;
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
  /** As callers set them, by AWS's names; what was not set is not there. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export type NewQueue = Omit<QueueRecord, "id" | "boxId">;

export type QueueChange = Partial<Pick<QueueRecord, "attributes" | "tags" | "modifiedAtMs">>;

export interface QueuePage {
  readonly prefix?: string | undefined;
  /** Strictly after it; names ascending. */
  readonly afterName?: string | undefined;
  /** Only those whose redrive policy names this ARN. */
  readonly deadLetterArn?: string | undefined;
  readonly limit: number;
}

/** What stands beside a body and never changes. */
export interface MessageHead {
  readonly id: string;
  readonly senderId: string;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  readonly traceHeader?: string | undefined;
  /** The queue that gave it up, where this is a dead-letter queue. */
  readonly deadLetterSourceArn?: string | undefined;
}

export interface NewMessage {
  readonly head: MessageHead;
  readonly body: string;
  readonly sentAtMs: number;
  /** Not to be received before; undefined when it is at once. */
  readonly dueAtMs?: number | undefined;
}

export interface StoredMessage extends NewMessage {
  /**
   * Never given twice. Rises with every message of a box, in the order in which they can be seen: whoever has seen a
   * sequence never meets a smaller one that is new.
   */
  readonly sequence: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number | undefined;
}

/** In a box that was replaced, or whose queue was deleted, a message is gone as soon as it comes; the answer is the same. */
export interface AddMessage {
  readonly kind: "add";
  readonly boxId: number;
  readonly message: NewMessage;
  /** When the same queue has had a message with this key since `sinceMs`, that one is answered and nothing is added. */
  readonly deduplication?:
    | { readonly queueId: number; readonly key: string; readonly sinceMs: number }
    | undefined;
}

export interface RemoveMessage {
  readonly kind: "remove";
  readonly boxId: number;
  readonly sequence: number;
}

/** Removed here and added there in one step; never delayed, and not received yet. */
export interface MoveMessage {
  readonly kind: "move";
  readonly boxId: number;
  readonly sequence: number;
  readonly toBoxId: number;
  /** What differs in the new place. */
  readonly head: Partial<MessageHead>;
  /** Undefined: as it was. */
  readonly sentAtMs?: number | undefined;
}

/** What a receive changes in a message. */
export interface CountReceive {
  readonly kind: "count";
  readonly sequence: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export type QueueWrite = AddMessage | RemoveMessage | MoveMessage | CountReceive;

/** Undefined for a removal or move of what is not there, and for counts. */
export interface WriteResult {
  /** Of a move: the one in the new box. */
  readonly sequence: number;
  /** Zero of a removal. */
  readonly sentAtMs: number;
  /** The id of the earlier message, where the write was its duplicate. */
  readonly duplicateOf?: string | undefined;
}

/** A message's place in its box. */
export interface MessagePlace {
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly groupId: string | undefined;
}

/** A delayed message's place: by time, then by number. */
export interface DuePlace {
  readonly dueAtMs: number;
  readonly sequence: number;
}

/** Opaque to the store but for the queue and the time it began. */
export interface MoveTaskRecord {
  readonly id: string;
  readonly queueId: number;
  readonly startedAtMs: number;
  readonly isRunning: boolean;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface QueueStore {
  /** "deleted" when a queue of this name was deleted since `notDeletedSinceMs`. */
  createQueue(queue: NewQueue, notDeletedSinceMs: number): Promise<QueueRecord | "exists" | "deleted">;
  findQueue(scope: Scope, name: string): Promise<QueueRecord | undefined>;
  listQueues(scope: Scope, page: QueuePage): Promise<QueueRecord[]>;
  /** Reads and writes in one step; undefined when it is not there. */
  updateQueue(queueId: number, change: (queue: QueueRecord) => QueueChange): Promise<QueueRecord | undefined>;
  /** The queue is gone when this resolves; its messages follow behind. */
  deleteQueue(queueId: number, nowMs: number): Promise<boolean>;
  /** Gives the queue an empty box; what lay in the old one is removed behind. */
  replaceBox(queueId: number): Promise<QueueRecord | undefined>;

  /** All or nothing, in the order given; results at the same places. */
  commit(writes: readonly QueueWrite[]): Promise<(WriteResult | undefined)[]>;
  /** Those that are there, in no certain order. */
  readMessages(boxId: number, sequences: readonly number[]): Promise<StoredMessage[]>;
  /** Messages that were never delayed, by sequence. */
  placesAfter(boxId: number, sequence: number, limit: number): Promise<MessagePlace[]>;
  /** Delayed messages by the time they are due, strictly after `after` and due until `untilMs`. */
  duePlaces(boxId: number, after: DuePlace, untilMs: number, limit: number): Promise<DuePlace[]>;
  /** All messages of a box; reads an index through, so it is for the first look at a queue only. */
  countMessages(boxId: number): Promise<{ readonly undelayed: number; readonly delayed: number }>;
  /** Removes at most `limit` of the messages sent before, oldest first; returns their sequences. */
  removeSentBefore(boxId: number, sentBeforeMs: number, limit: number): Promise<number[]>;
  /** Removes keys older than this, a bounded piece at a time; true when there may be more. */
  removeDeduplications(beforeMs: number): Promise<boolean>;
  /** When messages came since `sinceMs`, in order; for queues whose delay holds for all their messages. */
  sendTimesSince(boxId: number, sinceMs: number): Promise<number[]>;

  writeMoveTask(task: MoveTaskRecord): Promise<void>;
  /** Newest first. */
  listMoveTasks(queueId: number, limit: number): Promise<MoveTaskRecord[]>;
  /** Tasks of every queue that had not ended, for the next start. */
  runningMoveTasks(): Promise<{ readonly queue: QueueRecord; readonly task: MoveTaskRecord }[]>;

  close(): Promise<void>;
}
