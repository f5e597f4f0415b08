/** How rows become the records of queues, the same in every database: its columns have the same names. */
import type { MessageHead, MoveTaskRecord, QueueRecord, StoredMessage } from "./queue-store.ts";

export type Row = Record<string, unknown>;

export function queueRecord(row: Row): QueueRecord {
  return {
    id: Number(row["id"]),
    boxId: Number(row["box"]),
    accountId: String(row["account"]),
    region: String(row["region"]),
    name: String(row["name"]),
    createdAtMs: Number(row["created_ms"]),
    modifiedAtMs: Number(row["modified_ms"]),
    attributes: JSON.parse(String(row["attributes"])) as Record<string, string>,
    tags: JSON.parse(String(row["tags"])) as Record<string, string>,
  };
}

export function storedMessage(row: Row): StoredMessage {
  return {
    sequence: Number(row["seq"]),
    sentAtMs: Number(row["sent_ms"]),
    dueAtMs: optionalNumber(row["due_ms"]),
    receiveCount: Number(row["receives"]),
    firstReceivedAtMs: optionalNumber(row["first_received_ms"]),
    head: JSON.parse(String(row["head"])) as MessageHead,
    body: String(row["body"]),
  };
}

export function moveTaskRecord(row: Row): MoveTaskRecord {
  return {
    id: String(row["id"]),
    queueId: Number(row["queue"]),
    startedAtMs: Number(row["started_ms"]),
    isRunning: row["is_running"] === 1,
    document: JSON.parse(String(row["document"])) as Record<string, unknown>,
  };
}

function optionalNumber(value: unknown): number | undefined {
  return value === null ? undefined : Number(value);
}

/** Of the redrive policy, which is JSON within the attributes; kept beside them for the search from the other end. */
export function deadLetterArn(attributes: Readonly<Record<string, string>>): string | null {
  try {
    const policy = JSON.parse(attributes["RedrivePolicy"] ?? "null") as {
      deadLetterTargetArn?: unknown;
    } | null;
    const arn = policy?.deadLetterTargetArn;
    return typeof arn === "string" ? arn : null;
  } catch {
    return null;
  }
}
