/** Brings a PostgreSQL database to the newest schema. All of it lies in the schema `lambkin`, beside whatever else is there. */
import type { PostgresDatabase } from "./database.ts";
import { MIGRATIONS } from "./schema.ts";

/** Names the lock under which one server at a time migrates; any number will do that nobody else uses. */
const MIGRATION_LOCK = 4_566_001;

/** Throws when the database was written by a newer version than this one, or cannot hold every text. */
export async function migrate(
  database: PostgresDatabase,
  migrations: readonly string[] = MIGRATIONS,
): Promise<void> {
  await database.transaction(async ({ rows }) => {
    // Held until the commit, so that of two servers that start together the second finds all done.
    await rows("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
    const [encoding] = await rows("SHOW server_encoding");
    if (encoding?.["server_encoding"] !== "UTF8") {
      throw new Error(`The database has the encoding ${encoding?.["server_encoding"]}; Lambkin needs UTF8.`);
    }
    await rows("CREATE SCHEMA IF NOT EXISTS lambkin");
    await rows("CREATE TABLE IF NOT EXISTS lambkin.migrations (step integer PRIMARY KEY)");
    const [last] = await rows("SELECT coalesce(max(step), 0) AS done FROM lambkin.migrations");
    const done = Number(last?.["done"]);
    if (done > migrations.length) {
      throw new Error(
        `The database has schema ${done}, newer than this version knows (${migrations.length}).`,
      );
    }
    for (const [index, step] of migrations.entries()) {
      if (index < done) continue;
      await rows(step);
      await rows("INSERT INTO lambkin.migrations (step) VALUES ($1)", [index + 1]);
    }
  });
}
