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

const SETTINGS = { ...NODE, MemorySize: 1024 } as const;

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
  let caches = (await healthOf(url)).environments.compiled;
  for (let run = 0; run < RUNS; run++) {
    progress(`compile cache, run ${run + 1} of ${RUNS}`);
    const samples = { without: [] as number[], kept: [] as number[] };
    for (let index = 0; index < FUNCTIONS_A_RUN; index++) {
      const FunctionName = `s3-${run}-${index}`;
      const call = (): Promise<number[]> => firstCalls(port, [invocation(FunctionName)], () => settled(url));
      const change = (settings: { Handler?: string; Description?: string }) =>
        client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...settings }));
      await createFunction(client, FunctionName, nodeZip(`${SOURCE} // ${FunctionName}`), SETTINGS);
      await call();
      await compiled(url, FunctionName, ++caches);
      // Another handler begins without the cache that comes of the first; another description does not.
      await change({ Handler: "index.again" });
      samples.without.push(...(await call()));
      await compiled(url, FunctionName, ++caches);
      await change({ Description: "again" });
      samples.kept.push(...(await call()));
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

/** The function is called meanwhile: the report of an environment that was frozen too soon comes with its next response. */
async function compiled(url: string, name: string, count: number): Promise<void> {
  await waitFor("a compile cache", async () => {
    const { environments } = await healthOf(url);
    if (environments.compiled === count && environments.compiling === 0) return true;
    await firstCalls(Number(new URL(url).port), [invocation(name)], async () => {});
    return undefined;
  });
}
