/**
 * The statements that change messages: a few for a whole commit, however many writes it has. The commit holds the boxes that
 * it adds to until it ends, and takes its numbers after it has them. So the numbers of a box rise in the order in which its
 * messages can be seen, and a deduplication key that was looked up cannot come from another server meanwhile.
 */
import type {
  AddMessage,
  CountReceive,
  MessageHead,
  MoveMessage,
  QueueWrite,
  RemoveMessage,
  WriteResult,
} from "../queue-store.ts";
import type { Row, Transaction } from "./database.ts";

type Result = WriteResult | undefined;

/** A message that is taken from its place: removed or moved. */
interface Taken {
  readonly write: RemoveMessage | MoveMessage;
  readonly place: number;
}

export async function commitWrites(
  transaction: Transaction,
  writes: readonly QueueWrite[],
): Promise<Result[]> {
  const results = new Array<Result>(writes.length).fill(undefined);
  const entering = writes.flatMap((write, place) => {
    if (write.kind === "add") return [{ place, boxId: write.boxId }];
    return write.kind === "move" ? [{ place, boxId: write.toBoxId }] : [];
  });
  const living = await holdBoxes(
    transaction,
    entering.map(({ boxId }) => boxId),
  );
  const numbers = await takeNumbers(
    transaction,
    entering.map(({ place }) => place),
  );
  const taken = firstTakers(writes);
  // Counts first: what is moved in the same commit starts anew, and what is removed is gone.
  await count(
    transaction,
    writes.filter((write) => write.kind === "count"),
  );
  await moveAll(transaction, { taken, numbers, living, results });
  await removeAll(transaction, taken, results);
  await addAll(transaction, { writes, numbers, living, results });
  return results;
}

/** Locks them, in the order of their numbers so that commits wait for each other in one direction only; returns those in use. */
async function holdBoxes({ rows }: Transaction, boxIds: readonly number[]): Promise<Set<number>> {
  if (boxIds.length === 0) return new Set();
  const found = await rows(
    `SELECT id, is_deleted FROM lambkin.boxes WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE`,
    [[...new Set(boxIds)]],
  );
  return new Set(found.filter((row) => row["is_deleted"] === false).map((row) => Number(row["id"])));
}

/** Rising with the places; a commit that fails leaves a gap. */
async function takeNumbers({ rows }: Transaction, places: readonly number[]): Promise<Map<number, number>> {
  if (places.length === 0) return new Map();
  const taken = await rows(
    "SELECT nextval('lambkin.message_numbers') AS seq FROM generate_series(1, $1::integer)",
    [places.length],
  );
  const numbers = taken.map((row) => Number(row["seq"])).sort((one, other) => one - other);
  return new Map(places.map((place, index) => [place, numbers[index] as number]));
}

/** Of several removals and moves of one message the first has it. */
function firstTakers(writes: readonly QueueWrite[]): Taken[] {
  const seen = new Set<string>();
  return writes.flatMap((write, place) => {
    if (write.kind !== "remove" && write.kind !== "move") return [];
    const key = `${write.boxId}/${write.sequence}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ write, place }];
  });
}

/** Only the last one of a message stays. */
async function count({ rows }: Transaction, writes: readonly CountReceive[]): Promise<void> {
  const last = [...new Map(writes.map((write) => [write.sequence, write])).values()];
  if (last.length === 0) return;
  await rows(
    `UPDATE lambkin.messages AS message SET receives = new.receives, first_received_ms = new.first_ms
     FROM unnest($1::bigint[], $2::integer[], $3::bigint[]) AS new (seq, receives, first_ms)
     WHERE message.seq = new.seq`,
    [
      last.map(({ sequence }) => sequence),
      last.map(({ receiveCount }) => receiveCount),
      last.map(({ firstReceivedAtMs }) => firstReceivedAtMs),
    ],
  );
}

interface Moving {
  readonly taken: readonly Taken[];
  /** By the writes' places. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly living: ReadonlySet<number>;
  readonly results: Result[];
}

/** The row stays and gets another number and box, so that its body need not be written again. */
async function moveAll(transaction: Transaction, { taken, numbers, living, results }: Moving): Promise<void> {
  const moves = taken.flatMap(({ write, place }) => (write.kind === "move" ? [{ write, place }] : []));
  if (moves.length === 0) return;
  const { rows } = transaction;
  const found = await rows(
    `SELECT seq, box, sent_ms, head FROM lambkin.messages
     WHERE (seq, box) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[])) ORDER BY seq FOR UPDATE`,
    [moves.map(({ write }) => write.sequence), moves.map(({ write }) => write.boxId)],
  );
  const rowOf = new Map(found.map((row) => [Number(row["seq"]), row]));
  const changed: { write: MoveMessage; seq: number; sentAtMs: number; head: MessageHead }[] = [];
  for (const { write, place } of moves) {
    const row = rowOf.get(write.sequence);
    if (row === undefined || Number(row["box"]) !== write.boxId) continue;
    const seq = numbers.get(place) as number;
    const sentAtMs = write.sentAtMs ?? Number(row["sent_ms"]);
    results[place] = { sequence: seq, sentAtMs };
    const head = { ...(JSON.parse(String(row["head"])) as MessageHead), ...write.head };
    changed.push({ write, seq, sentAtMs, head });
  }
  await rows(
    `UPDATE lambkin.messages AS message
     SET seq = new.to_seq, box = new.box, sent_ms = new.sent_ms, due_ms = NULL, receives = 0,
       first_received_ms = NULL, is_aside = true, group_id = new.group_id, head = new.head
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
       AS new (seq, to_seq, box, sent_ms, group_id, head) WHERE message.seq = new.seq`,
    [
      changed.map(({ write }) => write.sequence),
      changed.map(({ seq }) => seq),
      changed.map(({ write }) => write.toBoxId),
      changed.map(({ sentAtMs }) => sentAtMs),
      changed.map(({ head }) => head.groupId ?? null),
      changed.map(({ head }) => JSON.stringify(head)),
    ],
  );
  const lost = changed.filter(({ write }) => !living.has(write.toBoxId)).map(({ seq }) => seq);
  if (lost.length > 0) await rows("DELETE FROM lambkin.messages WHERE seq = ANY ($1::bigint[])", [lost]);
}

async function removeAll({ rows }: Transaction, taken: readonly Taken[], results: Result[]): Promise<void> {
  const removals = taken.filter(({ write }) => write.kind === "remove");
  if (removals.length === 0) return;
  const gone = await rows(
    `DELETE FROM lambkin.messages
     WHERE (seq, box) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[])) RETURNING seq, box`,
    [removals.map(({ write }) => write.sequence), removals.map(({ write }) => write.boxId)],
  );
  const boxOf = new Map(gone.map((row) => [Number(row["seq"]), Number(row["box"])]));
  for (const { write, place } of removals) {
    if (boxOf.get(write.sequence) !== write.boxId) continue;
    results[place] = { sequence: write.sequence, sentAtMs: 0 };
  }
}

interface Adding {
  readonly writes: readonly QueueWrite[];
  /** By the writes' places. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly living: ReadonlySet<number>;
  readonly results: Result[];
}

interface Key {
  readonly queueId: number;
  readonly key: string;
  readonly sequence: number;
  readonly sentAtMs: number;
  readonly messageId: string;
}

async function addAll(transaction: Transaction, { writes, numbers, living, results }: Adding): Promise<void> {
  const adds = writes.flatMap((write, place) => (write.kind === "add" ? [{ write, place }] : []));
  if (adds.length === 0) return;
  const known = await findKeys(
    transaction,
    adds.map(({ write }) => write),
  );
  const fresh = new Map<string, Key>();
  const added: { write: AddMessage; sequence: number }[] = [];
  for (const { write, place } of adds) {
    const { message, deduplication } = write;
    const sequence = numbers.get(place) as number;
    if (deduplication !== undefined) {
      const { queueId, key, sinceMs } = deduplication;
      const name = nameOf(queueId, key);
      const earlier = fresh.get(name) ?? known.get(name);
      if (earlier !== undefined && earlier.sentAtMs > sinceMs) {
        const { sequence: first, sentAtMs, messageId } = earlier;
        results[place] = { sequence: first, sentAtMs, duplicateOf: messageId };
        continue;
      }
      fresh.set(name, {
        queueId,
        key,
        sequence,
        sentAtMs: message.sentAtMs,
        messageId: message.head.id,
      });
    }
    results[place] = { sequence, sentAtMs: message.sentAtMs };
    if (living.has(write.boxId)) added.push({ write, sequence });
  }
  await insert(transaction, added);
  await writeKeys(transaction, [...fresh.values()]);
}

function nameOf(queueId: number, key: string): string {
  return `${queueId}/${key}`;
}

async function findKeys({ rows }: Transaction, adds: readonly AddMessage[]): Promise<Map<string, Key>> {
  const asked = adds.flatMap(({ deduplication }) => deduplication ?? []);
  if (asked.length === 0) return new Map();
  const found = await rows(
    `SELECT queue, key, seq, sent_ms, message_id FROM lambkin.deduplications
     WHERE (queue, key) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))`,
    [asked.map(({ queueId }) => queueId), asked.map(({ key }) => key)],
  );
  return new Map(found.map((row) => [nameOf(Number(row["queue"]), String(row["key"])), keyOf(row)]));
}

function keyOf(row: Row): Key {
  return {
    queueId: Number(row["queue"]),
    key: String(row["key"]),
    sequence: Number(row["seq"]),
    sentAtMs: Number(row["sent_ms"]),
    messageId: String(row["message_id"]),
  };
}

async function insert(
  { rows }: Transaction,
  added: readonly { readonly write: AddMessage; readonly sequence: number }[],
): Promise<void> {
  if (added.length === 0) return;
  const messages = added.map(({ write }) => write.message);
  await rows(
    `INSERT INTO lambkin.messages (seq, box, sent_ms, due_ms, is_aside, group_id, head, body)
     SELECT seq, box, sent_ms, due_ms, due_ms IS NOT NULL, group_id, head, body
     FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
       AS new (seq, box, sent_ms, due_ms, group_id, head, body)`,
    [
      added.map(({ sequence }) => sequence),
      added.map(({ write }) => write.boxId),
      messages.map(({ sentAtMs }) => sentAtMs),
      messages.map(({ dueAtMs }) => dueAtMs ?? null),
      messages.map(({ head }) => head.groupId ?? null),
      messages.map(({ head }) => JSON.stringify(head)),
      messages.map(({ body }) => body),
    ],
  );
}

async function writeKeys({ rows }: Transaction, keys: readonly Key[]): Promise<void> {
  if (keys.length === 0) return;
  await rows(
    `INSERT INTO lambkin.deduplications (queue, key, seq, sent_ms, message_id)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[])
     ON CONFLICT (queue, key) DO UPDATE
       SET seq = excluded.seq, sent_ms = excluded.sent_ms, message_id = excluded.message_id`,
    [
      keys.map(({ queueId }) => queueId),
      keys.map(({ key }) => key),
      keys.map(({ sequence }) => sequence),
      keys.map(({ sentAtMs }) => sentAtMs),
      keys.map(({ messageId }) => messageId),
    ],
  );
}
