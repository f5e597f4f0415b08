/** What a contract suite asks of whoever runs it: an empty store for each test. */

export interface Opened<Store> {
  readonly store: Store;
  /** Closes the store and opens the same data again: what was only in memory is not there. */
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

export type Open<Store> = () => Promise<Opened<Store>>;

/** Runs a test's body on a new store and closes it, whatever the outcome. */
export async function withStore<Store>(
  open: Open<Store>,
  work: (store: Store, opened: Opened<Store>) => Promise<void>,
): Promise<void> {
  const opened = await open();
  try {
    await work(opened.store, opened);
  } finally {
    await opened.close();
  }
}

export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of all) list.push(each);
  return list;
}

/** The order of names on AWS: not by any language's rules. */
export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
