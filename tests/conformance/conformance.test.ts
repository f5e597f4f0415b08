/** AWS's answers as data, asked of a fresh server for each topic: `scenarios/*.json`, whose form `scenario.ts` tells. */
import { after, before, describe, it } from "node:test";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { runScenario } from "./run-scenario.ts";
import { loadTopics } from "./scenario.ts";

for (const { topic, scenarios } of loadTopics()) {
  describe(`conformance: ${topic}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServer();
    });
    after(() => server.stop());
    for (const scenario of scenarios) it(scenario.name, () => runScenario(scenario, server.url));
  });
}
