/** Empties boxes that no queue has any more, a piece at a time, behind everybody's back. */
import { POSTGRES_LIMITS } from "../../config/mod.ts";
import type { PostgresDatabase, Transaction } from "./database.ts";

export class BoxRemover {
  readonly #database: PostgresDatabase;
  #running: Promise<void> | undefined;
  #isAskedAgain = false;
  #isClosed = false;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  /** Looks for boxes to empty, now or after those that are being emptied. */
  wake(): void {
    this.#isAskedAgain = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves after the piece that is being removed; the rest is found at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false;
      try {
        while (!this.#isClosed && (await this.#database.transaction(removePiece)));
      } catch {
        // They stay marked; the next removal or start tries again.
      }
    }
  }
}

/** False when there is no such box, or every one is another server's work at the moment. */
async function removePiece({ rows }: Transaction): Promise<boolean> {
  const [box] = await rows(
    "SELECT id FROM lambkin.boxes WHERE is_deleted ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
  );
  if (box === undefined) return false;
  for (const condition of ["IS NULL", "IS NOT NULL"]) {
    const removed = await rows(
      `DELETE FROM lambkin.messages WHERE seq IN (
         SELECT seq FROM lambkin.messages WHERE box = $1 AND due_ms ${condition} LIMIT $2) RETURNING 1`,
      [box["id"], POSTGRES_LIMITS.removalRows],
    );
    if (removed.length > 0) return true;
  }
  await rows("DELETE FROM lambkin.boxes WHERE id = $1", [box["id"]]);
  return true;
}
