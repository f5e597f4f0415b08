/** From a save to the first answer of the new code, as `lambkin deploy --watch` waits for it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { median, updateAndCall } from "../../testkit/code-updates.ts";
import { createFunction, invoke, NODE, nodeZip, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const SAVES = 15;
const TARGET_MS = 200;

const LANGUAGES = [
  { name: "python", code: (n: number) => pythonZip(`def lambda_handler(e, c): return ${n}`), settings: {} },
  { name: "nodejs", code: (n: number) => nodeZip(`exports.handler = async () => ${n}`), settings: NODE },
] as const;

describe("new code answers soon after a save", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  for (const { name, code, settings } of LANGUAGES) {
    it(`${name}: in less than ${TARGET_MS} ms, and never with the old code`, async () => {
      await createFunction(client, name, code(0), settings);
      assert.equal((await invoke(client, name)).payload, 0);
      const times: number[] = [];
      for (let save = 1; save <= SAVES; save++) {
        const { totalMs, payload } = await updateAndCall(client, name, code(save));
        assert.equal(payload, save);
        times.push(totalMs);
      }
      const middle = median(times);
      // One save after the other, without the pause that a person needs: the middle, as the machine has other work.
      assert.ok(
        middle < TARGET_MS,
        `${middle.toFixed(0)} ms: ${times.map((each) => each.toFixed(0)).join(", ")}`,
      );
    });
  }
});
