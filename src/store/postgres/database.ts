/** The connections of one server to its PostgreSQL database, and what a transaction is there. */
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { POSTGRES_LIMITS } from "../../config/mod.ts";
import { migrate } from "./migrate.ts";

/** Somebody else's transaction was let through instead; the same one may well succeed now. */
const TRANSIENT = new Set(["40001", "40P01"]);

/**
 * Durable also where the database's own settings say less; a dead server's locks end soon. Plans are made while the tables are
 * short and kept while they grow, so only those may be chosen that look rows up in an index, whatever the length.
 */
const SESSION = `
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
  SET idle_in_transaction_session_timeout = ${POSTGRES_LIMITS.silentTransactionMsMax};
  SET tcp_keepalives_idle = 10;
  SET tcp_keepalives_interval = 5;
  SET tcp_keepalives_count = 3;
  SET enable_seqscan = off;
  SET enable_bitmapscan = off;
  SET enable_hashjoin = off;
  SET enable_mergejoin = off;
  SET jit = off;`;

/** The connection ended while COMMIT was on its way. */
export class CommitInDoubtError extends Error {
  constructor(cause: unknown) {
    super("The connection to PostgreSQL ended during a commit: it is not known whether it was kept.", {
      cause,
    });
    this.name = "CommitInDoubtError";
  }
}

export type Row = Record<string, unknown>;

/** One statement within a transaction. */
export interface Transaction {
  /** Values: numbers, strings, buffers, null, or arrays of one of them. */
  rows(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** Ends the work's transaction without effect; `transaction` then resolves with `result`. */
export class RollBack<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

export class PostgresDatabase {
  readonly #pool: pg.Pool;
  /** Each text that was ever asked, by the name under which connections keep it prepared: texts are few, values many. */
  readonly #names = new Map<string, string>();

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** `url` as in libpq: `postgresql://user:password@host:port/database`. Throws when a newer version wrote to it. */
  static async open(url: string): Promise<PostgresDatabase> {
    const pool = new pg.Pool({
      connectionString: url,
      max: POSTGRES_LIMITS.connectionsMax,
      connectionTimeoutMillis: POSTGRES_LIMITS.connectMsMax,
      query_timeout: POSTGRES_LIMITS.answerMsMax,
      application_name: "lambkin",
      keepAlive: true,
      onConnect: async (client) => {
        // A connection that ends between two statements is told by the next of them.
        client.on("error", () => {});
        await client.query(SESSION);
      },
    });
    pool.on("error", () => {
      // An idle connection ended; the pool makes another when it is needed.
    });
    const database = new PostgresDatabase(pool);
    try {
      await migrate(database);
    } catch (error) {
      await pool.end();
      throw error;
    }
    return database;
  }

  /** One statement, which is a transaction of its own. */
  async rows(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return retried(async () => (await this.#pool.query(this.#statement(text, values))).rows as Row[]);
  }

  /**
   * All or nothing, durable when it resolves. The work may run more than once: where two transactions wait for each other,
   * PostgreSQL ends one of them, and it is tried again. Throws CommitInDoubtError.
   */
  async transaction<T>(work: (transaction: Transaction) => Promise<T | RollBack<T>>): Promise<T> {
    return retried(() => this.#attempt(work));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #statement(text: string, values: readonly unknown[]): pg.QueryConfig {
    if (values.length === 0) return { text };
    const name = this.#names.get(text) ?? `lambkin_${this.#names.size}`;
    this.#names.set(text, name);
    return { name, text, values: [...values] };
  }

  async #attempt<T>(work: (transaction: Transaction) => Promise<T | RollBack<T>>): Promise<T> {
    const client = await this.#pool.connect();
    let isBroken = false;
    const rows = async (text: string, values: readonly unknown[] = []): Promise<Row[]> =>
      (await client.query(this.#statement(text, values))).rows as Row[];
    try {
      await client.query("BEGIN");
      const result = await work({ rows });
      if (result instanceof RollBack) {
        await client.query("ROLLBACK");
        return result.result;
      }
      await commit(client);
      return result;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {
        isBroken = true;
      });
      throw error;
    } finally {
      client.release(isBroken);
    }
  }
}

async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let number = 1; ; number++) {
    try {
      return await attempt();
    } catch (error) {
      const isTransient = error instanceof pg.DatabaseError && TRANSIENT.has(error.code ?? "");
      if (!isTransient || number === POSTGRES_LIMITS.attemptsMax) throw error;
      // Whoever was let through instead gets a start, or the two would meet in the same place again.
      await setTimeout(number * POSTGRES_LIMITS.retryMsMax * Math.random());
    }
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query("COMMIT").catch((error: unknown) => {
    throw isAnswer(error) ? error : new CommitInDoubtError(error);
  });
  // PostgreSQL answers so, and without an error, where an earlier statement failed.
  if (command !== "COMMIT") throw new Error(`COMMIT was answered with ${command}.`);
}

/** Class 57P: the server is told to stop, and says so instead of an answer. */
function isAnswer(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code?.startsWith("57P") !== true;
}
