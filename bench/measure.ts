/** What is measured, each against whatever listens on a port. */
import { openConnection } from "./raw-http-client.ts";
import { percentile } from "./statistics.ts";

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One client, one call after the other, the requests in turn. Throws when an answer is not 200. */
export async function latency(port: number, requests: readonly Buffer[], calls: number): Promise<Latency> {
  const connection = await openConnection(port);
  const samples: number[] = [];
  for (let index = 0; index < calls; index++) {
    const request = requests[index % requests.length] ?? Buffer.alloc(0);
    const startedMs = performance.now();
    expectOk(await connection.call(request));
    samples.push(performance.now() - startedMs);
  }
  connection.close();
  return { p50Ms: percentile(samples, 0.5), p99Ms: percentile(samples, 0.99) };
}

/** Calls per second over so many connections, each busy all the time. */
export async function throughput(
  port: number,
  request: Buffer,
  connections: number,
  calls: number,
): Promise<number> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  let left = calls;
  const startedMs = performance.now();
  await Promise.all(
    open.map(async (connection) => {
      while (left-- > 0) expectOk(await connection.call(request));
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  for (const connection of open) connection.close();
  return calls / seconds;
}

/** The first call of each function, in order, each when `isReady`; milliseconds from request to answer. */
export async function firstCalls(
  port: number,
  requests: readonly Buffer[],
  isReady: () => Promise<unknown>,
): Promise<number[]> {
  const connection = await openConnection(port);
  const samples: number[] = [];
  for (const request of requests) {
    await isReady();
    const startedMs = performance.now();
    expectOk(await connection.call(request));
    samples.push(performance.now() - startedMs);
  }
  connection.close();
  return samples;
}

/** All at once, a connection each; milliseconds until the last has its answer. */
export async function burst(port: number, requests: readonly Buffer[]): Promise<number> {
  const open = await Promise.all(requests.map(() => openConnection(port)));
  const startedMs = performance.now();
  const calls = open.map(async (connection, at) =>
    expectOk(await connection.call(requests[at] ?? Buffer.alloc(0))),
  );
  await Promise.all(calls);
  const ms = performance.now() - startedMs;
  for (const connection of open) connection.close();
  return ms;
}

function expectOk(status: number): void {
  if (status < 200 || status > 299) throw new Error(`an answer had status ${status}`);
}
