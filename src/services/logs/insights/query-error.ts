/** A query that cannot be read, and where. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  /** Characters of the query, from 0, the end exclusive. */
  readonly start: number;
  readonly end: number;

  constructor(message: string, start: number, end: number) {
    super(message);
    this.start = start;
    this.end = end;
  }
}
