/** How many events a second are taken durably: on disk before each 202. The functions run meanwhile, as they can. */
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction } from "../testkit/functions.ts";
import { BODY, PYTHON_HELLO } from "./hello.ts";
import { throughput } from "./measure.ts";
import { post } from "./raw-http-client.ts";
import { type Row, row } from "./rows.ts";
import { withServer } from "./with-server.ts";

const RUNS = 5;
const CALLS = 10_000;
const CONNECTIONS = 64;

export async function acceptedEventRows(progress: (what: string) => void): Promise<Row[]> {
  const rates = await withServer(async ({ url }) => {
    const port = Number(new URL(url).port);
    await createFunction(lambdaClient(url), "hello", PYTHON_HELLO);
    const request = post("/2015-03-31/functions/hello/invocations", BODY, "X-Amz-Invocation-Type: Event\r\n");
    const rates: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      progress(`accepted events, run ${run + 1} of ${RUNS}`);
      rates.push(await throughput(port, request, CONNECTIONS, CALLS));
    }
    return rates;
  });
  return [row(`Accepted events, ${CONNECTIONS} connections`, "calls/s", rates)];
}
