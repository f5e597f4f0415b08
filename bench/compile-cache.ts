/** What a kept compile cache saves a Node.js function that loads a large client: environments of the same function, one after the other. */
import { existsSync } from "node:fs";
import path from "node:path";
import { UpdateFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../testkit/clients.ts";
import { createFunction, NODE, nodeZip } from "../testkit/functions.ts";
import { PROJECT } from "../testkit/server.ts";
import { waitFor } from "../testkit/wait.ts";
import { healthOf, settled } from "./health.ts";
import { invocation } from "./hello.ts";
import { firstCalls } from "./measure.ts";
import { type Row, row } from "./rows.ts";
import { percentile } from "./statistics.ts";

const RUNS = 5;
const FUNCTIONS_A_RUN = 10;
const PACKAGE = "@aws-sdk/client-s3";

const SOURCE = `
const { S3Client } = require("${PACKAGE}");
const client = new S3Client({});
exports.handler = exports.again = async (event) => event;`;

/** Empty, with the reason printed, where the runtimes' packages are not installed. */
export async function compileCacheRows(url: string, progress: (what: string) => void): Promise<Row[]> {
  if (!existsSync(path.join(PROJECT, ".cache/runtimes/nodejs-sdk", PACKAGE))) {
    console.error(`bench: no rows of the compile cache: ${PACKAGE} comes with 'npm run runtimes'`);
    return [];
  }
  const client = lambdaClient(url);
  const port = Number(new URL(url).port);
  const without: number[][] = [];
  const kept: number[][] = [];
  for (let run = 0; run < RUNS; run++) {
    progress(`compile cache, run ${run + 1} of ${RUNS}`);
    const samples = { without: [] as number[], kept: [] as number[] };
    for (let index = 0; index < FUNCTIONS_A_RUN; index++) {
      const FunctionName = `s3-${run}-${index}`;
      const timed = (): Promise<number[]> => firstCalls(port, [invocation(FunctionName)], () => settled(url));
      await createFunction(client, FunctionName, nodeZip(`${SOURCE} // ${FunctionName}`), {
        ...NODE,
        MemorySize: 1024,
      });
      await timed();
      // Another handler is another configuration, and begins without the cache that comes of the first call.
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Handler: "index.again" }));
      await settled(url);
      const { compiled } = (await healthOf(url)).environments;
      samples.without.push(...(await timed()));
      await waitFor("a compile cache", async () => {
        // The report of an environment that was frozen too soon comes with its next response.
        await firstCalls(port, [invocation(FunctionName)], async () => {});
        return (await healthOf(url)).environments.compiled > compiled ? true : undefined;
      });
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: "again" }));
      samples.kept.push(...(await timed()));
    }
    without.push(samples.without);
    kept.push(samples.kept);
  }
  return [0.5, 0.9].map((share) =>
    row(
      `Node.js: cold start with the S3 client, compile cache kept, p${share * 100}`,
      "ms",
      kept.map((samples) => percentile(samples, share)),
      { of: "without it", runs: without.map((samples) => percentile(samples, share)) },
    ),
  );
}
