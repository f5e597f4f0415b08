/** `lambkin usage`: what was used, for people, as JSON and as CSV. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { lambkin } from "../../testkit/cli.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

describe("lambkin usage", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());

  const shown = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await lambkin(server.url, ["usage", ...args]);
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  };

  it("says so when nothing ran", async () => {
    assert.match(await shown(), /^Nothing ran from \d{4}-\d\d-01 to \d{4}-\d\d-\d\d\.\n$/);
  });

  it("adds up by function, and says what it would have cost on AWS", async () => {
    const client = lambdaClient(server.url);
    const code = nodeZip("exports.handler = async () => 1");
    await createFunction(client, "often", code, { ...NODE, MemorySize: 1024 });
    await createFunction(lambdaClient(server.url, { region: "eu-west-1" }), "seldom", code, NODE);
    for (let call = 0; call < 3; call++) await invoke(client, "often");
    await invoke(lambdaClient(server.url, { region: "eu-west-1" }), "seldom");
    const text = await waitFor("all calls", async () => {
      const now = await shown();
      return /^total +4 /m.test(now) ? now : undefined;
    });
    assert.match(text, /^FUNCTION +REQUESTS +BILLED +GB-SECONDS +COST$/m);
    assert.match(text, /^often +3 +[\d.]+ s +[\d.]+ +\$0\.0000\d+$/m);
    assert.match(text, /^seldom +1 /m);
    assert.match(text, /^What this would have cost on AWS, \S+ to \S+: \$0\.0000\d+$/m);
    assert.match(text, /free tier takes 4 requests/);
    assert.match(text, /^left to pay: \$0\.00\./m);
    assert.doesNotMatch(await shown("--region", "us-east-1"), /seldom/);
    assert.doesNotMatch(await shown("--function", "seldom"), /often/);
    const { total } = JSON.parse(await shown("--json"));
    assert.equal(total.requests, 4);
    const [head = "", ...lines] = (await shown("--csv")).trim().split(/\r?\n/);
    assert.match(head, /^day,account,region,function,/);
    assert.equal(lines.length, 2);
    assert.match(await shown("--from", "2020-01-01", "--to", "2020-01-31"), /^Nothing ran from 2020-01-01/);
  });

  it("passes on what the server says against a question", async () => {
    const { code, stderr } = await lambkin(server.url, ["usage", "--from", "monday"]);
    assert.equal(code, 1);
    assert.match(stderr, /^lambkin: The server refused \/_lambkin\/usage \(400\): \S/);
    assert.equal((await lambkin(server.url, ["usage", "--csv", "--json"])).code, 2);
  });
});
