/** What a transaction on PostgreSQL promises where something goes wrong. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PostgresCluster, whyNoPostgres } from "../../../testkit/postgres.ts";
import { CommitInDoubtError, PostgresDatabase, RollBack } from "./database.ts";

describe("transactions on PostgreSQL", { skip: whyNoPostgres() ?? false }, () => {
  let cluster: PostgresCluster;
  let database: PostgresDatabase;
  before(async () => {
    cluster = await PostgresCluster.start();
    database = await PostgresDatabase.open(await cluster.createDatabase());
    await database.rows("CREATE TABLE numbers (number integer PRIMARY KEY)");
  });
  after(async () => {
    await database.close();
    await cluster.stop();
  });

  const insert = "INSERT INTO numbers (number) VALUES ($1)";
  const numbers = async (): Promise<number[]> =>
    (await database.rows("SELECT number FROM numbers ORDER BY number")).map((row) => Number(row["number"]));

  it("keep nothing where the work throws, or asks for it", async () => {
    const refused = database.transaction(async ({ rows }) => {
      await rows(insert, [1]);
      throw new Error("no");
    });
    await assert.rejects(refused, /^Error: no$/);
    const result = await database.transaction(async ({ rows }) => {
      await rows(insert, [1]);
      return new RollBack("instead");
    });
    assert.equal(result, "instead");
    assert.deepEqual(await numbers(), []);
  });

  it("are refused where an earlier statement failed and the work went on", async () => {
    const half = database.transaction(async ({ rows }) => {
      await rows(insert, [2]);
      await rows("SELECT 1 / 0").catch(() => {});
    });
    await assert.rejects(half, /COMMIT was answered with ROLLBACK/);
    assert.deepEqual(await numbers(), []);
  });

  it("are tried again where two of them wait for each other", async () => {
    await database.rows("CREATE TABLE pair (id integer PRIMARY KEY, value integer NOT NULL)");
    await database.rows("INSERT INTO pair VALUES (1, 0), (2, 0)");
    let attempts = 0;
    let bothHoldOne = (): void => {};
    const meeting = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    const raise = (first: number, second: number) =>
      database.transaction(async ({ rows }) => {
        attempts++;
        const update = "UPDATE pair SET value = value + 1 WHERE id = $1";
        await rows(update, [first]);
        if (attempts >= 2) bothHoldOne();
        await meeting;
        await rows(update, [second]);
      });
    await Promise.all([raise(1, 2), raise(2, 1)]);
    // The one that is tried again may be as quick as the one that waits, and meet it once more.
    assert.ok(attempts >= 3, `${attempts} attempts`);
    assert.deepEqual(
      (await database.rows("SELECT value FROM pair")).map((row) => row["value"]),
      [2, 2],
    );
  });

  it("say so where it is not known whether the commit was kept, and the next one goes on", async () => {
    // Runs within COMMIT, and ends the connection there.
    await database.rows(`
      CREATE TABLE fragile (number integer);
      CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER hang_up AFTER INSERT ON fragile DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION hang_up();`);
    const lost = database.transaction(({ rows }) => rows("INSERT INTO fragile VALUES ($1)", [1]));
    await assert.rejects(lost, CommitInDoubtError);
    await database.transaction(({ rows }) => rows(insert, [3]));
    assert.deepEqual(await numbers(), [3]);
  });

  it("wait for the disk, and not for a silent server, also in a database that is set up otherwise", async () => {
    const url = await cluster.createDatabase();
    const setup = await PostgresDatabase.open(url);
    const name = new URL(url).pathname.slice(1);
    await setup.rows(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    await setup.close();
    const careless = await PostgresDatabase.open(url);
    const [row] = await careless.rows("SHOW synchronous_commit");
    assert.equal(row?.["synchronous_commit"], "on");
    const [silence] = await careless.rows("SHOW idle_in_transaction_session_timeout");
    assert.equal(silence?.["idle_in_transaction_session_timeout"], "30s");
    await careless.close();
  });

  it("refuse a database that cannot hold every text", async () => {
    const url = await cluster.createDatabase("ENCODING 'LATIN1' LOCALE 'C'");
    await assert.rejects(PostgresDatabase.open(url), /encoding LATIN1; Lambkin needs UTF8/);
  });
});
