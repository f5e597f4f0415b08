/** How long a person who saves waits for the new code to answer: upload, update, first call. */
import { lambdaClient } from "../testkit/clients.ts";
import { updateAndCall } from "../testkit/code-updates.ts";
import { createFunction, NODE, nodeZip, pythonZip } from "../testkit/functions.ts";
import { settled } from "./health.ts";
import { type Row, row } from "./rows.ts";
import { percentile } from "./statistics.ts";
import { withServer } from "./with-server.ts";

const RUNS = 5;
const SAVES_A_RUN = 10;

const LANGUAGES = {
  Python: { code: (n: number) => pythonZip(`def lambda_handler(event, context): return ${n}`), settings: {} },
  "Node.js": { code: (n: number) => nodeZip(`exports.handler = async () => ${n}`), settings: NODE },
} as const;

export async function codeUpdateRows(progress: (what: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  await withServer(async (server) => {
    const client = lambdaClient(server.url);
    for (const [language, { code, settings }] of Object.entries(LANGUAGES)) {
      const name = `saved-${language.replaceAll(/\W/g, "")}`;
      await createFunction(client, name, code(0), settings);
      await updateAndCall(client, name, code(1));
      const middle: number[] = [];
      const slowest: number[] = [];
      for (let run = 0; run < RUNS; run++) {
        progress(`code updates, ${language}, run ${run + 1} of ${RUNS}`);
        const times: number[] = [];
        for (let save = 0; save < SAVES_A_RUN; save++) {
          // Whoever saves has typed something before.
          await settled(server.url);
          const { totalMs } = await updateAndCall(client, name, code(100 * run + save + 2));
          times.push(totalMs);
        }
        middle.push(percentile(times, 0.5));
        slowest.push(Math.max(...times));
      }
      rows.push(row(`${language}: from a save to the new code's answer, p50`, "ms", middle));
      rows.push(
        row(`${language}: from a save to the new code's answer, slowest of ${SAVES_A_RUN}`, "ms", slowest),
      );
    }
  });
  return rows;
}
