/** All or nothing, for the SQLite stores. */
import type { DatabaseSync } from "node:sqlite";

/** IMMEDIATE: the lock is had before anything is read, so that a write never fails halfway for want of it. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk may have rolled back already; the first error is the one that tells.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Lets requests be served between two pieces of a long job. */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
