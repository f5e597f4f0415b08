/** How many events a second are taken durably: on disk before each 202. The functions run meanwhile, as they can. */
import { rm } from "node:fs/promises";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction } from "../testkit/functions.ts";
import { spawnServer, temporaryFolder } from "../testkit/server.ts";
import { BODY, PYTHON_HELLO } from "./hello.ts";
import { throughput } from "./measure.ts";
import { post } from "./raw-http-client.ts";
import { type Row, row } from "./rows.ts";

const RUNS = 5;
const CALLS = 10_000;
const CONNECTIONS = 64;

export async function acceptedEventRows(progress: (what: string) => void): Promise<Row[]> {
  const dataDir = await temporaryFolder();
  const server = await spawnServer(dataDir);
  const port = Number(new URL(server.url).port);
  const rates: number[] = [];
  try {
    await createFunction(lambdaClient(server.url), "hello", PYTHON_HELLO);
    const request = post("/2015-03-31/functions/hello/invocations", BODY, "X-Amz-Invocation-Type: Event\r\n");
    for (let run = 0; run < RUNS; run++) {
      progress(`accepted events, run ${run + 1} of ${RUNS}`);
      rates.push(await throughput(port, request, CONNECTIONS, CALLS));
    }
  } finally {
    server.child.kill("SIGKILL");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  }
  return [row(`Accepted events, ${CONNECTIONS} connections`, "calls/s", rates)];
}
