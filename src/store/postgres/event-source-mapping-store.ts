/** EventSourceMappingStore on PostgreSQL. */
import { POSTGRES_LIMITS } from "../../config/mod.ts";
import type { EventSourceMapping, Scope } from "../../model/mod.ts";
import type { EventSourceMappingStore, MappingQuery } from "../event-source-mapping-store.ts";
import type { PostgresDatabase, Row, Transaction } from "./database.ts";

const FIND =
  "SELECT document FROM lambkin.event_source_mappings WHERE account = $1 AND region = $2 AND uuid = $3";

export class PostgresEventSourceMappingStore implements EventSourceMappingStore {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async find(scope: Scope, uuid: string): Promise<EventSourceMapping | undefined> {
    const [row] = await this.#database.rows(FIND, [scope.accountId, scope.region, uuid]);
    return row && mappingOf(row);
  }

  async write(scope: Scope, mapping: EventSourceMapping): Promise<void> {
    await write(this.#database, scope, mapping);
  }

  async update(
    scope: Scope,
    uuid: string,
    change: (mapping: EventSourceMapping) => EventSourceMapping,
  ): Promise<boolean> {
    return this.#database.transaction(async (transaction) => {
      const [row] = await transaction.rows(`${FIND} FOR UPDATE`, [scope.accountId, scope.region, uuid]);
      if (row === undefined) return false;
      await write(transaction, scope, change(mappingOf(row)));
      return true;
    });
  }

  async delete(scope: Scope, uuid: string): Promise<void> {
    await this.#database.rows(
      "DELETE FROM lambkin.event_source_mappings WHERE account = $1 AND region = $2 AND uuid = $3",
      [scope.accountId, scope.region, uuid],
    );
  }

  async list(scope: Scope, query: MappingQuery): Promise<EventSourceMapping[]> {
    const values: unknown[] = [scope.accountId, scope.region, query.afterUuid ?? "", query.limit];
    const filters = [
      ["source_arn", query.sourceArn],
      ["function_name", query.functionName],
      ["qualifier", query.qualifier],
    ].flatMap(([column, value]) => (value === undefined ? [] : [` AND ${column} = $${values.push(value)}`]));
    const rows = await this.#database.rows(
      `SELECT document FROM lambkin.event_source_mappings
       WHERE account = $1 AND region = $2 AND uuid > $3${filters.join("")} ORDER BY uuid LIMIT $4`,
      values,
    );
    return rows.map(mappingOf);
  }

  async *listAll(): AsyncIterable<{ scope: Scope; mapping: EventSourceMapping }> {
    let after = ["", "", ""];
    for (let isLast = false; !isLast; ) {
      const rows = await this.#database.rows(
        `SELECT account, region, uuid, document FROM lambkin.event_source_mappings
         WHERE (account, region, uuid) > ($1, $2, $3) ORDER BY account, region, uuid LIMIT $4`,
        [...after, POSTGRES_LIMITS.pageRows],
      );
      for (const row of rows) {
        const scope = { accountId: String(row["account"]), region: String(row["region"]) };
        after = [scope.accountId, scope.region, String(row["uuid"])];
        yield { scope, mapping: mappingOf(row) };
      }
      isLast = rows.length < POSTGRES_LIMITS.pageRows;
    }
  }
}

async function write(place: Transaction, scope: Scope, mapping: EventSourceMapping): Promise<void> {
  await place.rows(
    `INSERT INTO lambkin.event_source_mappings
       (account, region, uuid, source_arn, function_name, qualifier, document)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (account, region, uuid) DO UPDATE SET source_arn = excluded.source_arn,
       function_name = excluded.function_name, qualifier = excluded.qualifier, document = excluded.document`,
    [
      scope.accountId,
      scope.region,
      mapping.uuid,
      mapping.sourceArn ?? null,
      mapping.functionName,
      mapping.qualifier ?? null,
      JSON.stringify(mapping),
    ],
  );
}

function mappingOf(row: Row): EventSourceMapping {
  return JSON.parse(String(row["document"])) as EventSourceMapping;
}
