export class SqliteLogStore {
  constructor(_f: string) {}
  async close(): Promise<void> {}
}
