/** Tools that build and take down whole applications: the AWS CLI, and Terraform's sequence of calls. */
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { aws } from "../../testkit/clients.ts";
import { pythonZip, ROLE, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";
import { runScenario } from "../conformance/run-scenario.ts";
import { readScenarios } from "../conformance/scenario.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000";

type Answer = Readonly<Record<string, unknown>>;

function code(word: string): Uint8Array {
  return pythonZip(
    `import shared\n\ndef lambda_handler(event, context):\n    return [shared.WORD, "${word}"]\n`,
  );
}

describe("the AWS CLI", () => {
  let server: TestServer;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    folder = await temporaryFolder();
    await writeFile(path.join(folder, "first.zip"), code("first"));
    await writeFile(path.join(folder, "second.zip"), code("second"));
    await writeFile(path.join(folder, "layer.zip"), zip({ "python/shared.py": "WORD = 'layered'\n" }));
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function lambda(...args: string[]): Promise<Answer> {
    return ((await aws(server.url, ["lambda", ...args], folder)) ?? {}) as Answer;
  }

  /** Of the function that this file is about. */
  function app(command: string, ...args: string[]): Promise<Answer> {
    return lambda(command, "--function-name", "app", ...args);
  }

  it("creates a function with a layer", async () => {
    const layer = await lambda(
      ...["publish-layer-version", "--layer-name", "shared", "--zip-file", "fileb://layer.zip"],
      ...["--compatible-runtimes", "python3.11"],
    );
    assert.equal(layer["LayerVersionArn"], `${ARN}:layer:shared:1`);
    const created = await app(
      "create-function",
      "--runtime",
      "python3.11",
      "--role",
      ROLE,
      ...["--handler", "lambda_function.lambda_handler", "--zip-file", "fileb://first.zip"],
      ...["--tags", "team=a,stage=test"],
    );
    assert.equal(created["State"], "Pending");
    await lambda("wait", "function-active-v2", "--function-name", "app");
    const updated = await app("update-function-configuration", "--layers", `${ARN}:layer:shared:1`);
    assert.deepEqual(
      (updated["Layers"] as Answer[]).map((each) => each["Arn"]),
      [`${ARN}:layer:shared:1`],
    );
    await lambda("wait", "function-updated-v2", "--function-name", "app");
    assert.deepEqual(await said(), { version: "$LATEST", payload: ["layered", "first"] });
  });

  it("wires a permission and a function URL", async () => {
    const permission = await app(
      "add-permission",
      "--statement-id",
      "url",
      "--principal",
      "*",
      ...["--action", "lambda:InvokeFunctionUrl", "--function-url-auth-type", "NONE"],
    );
    assert.equal((JSON.parse(String(permission["Statement"])) as Answer)["Sid"], "url");
    const policy = await app("get-policy");
    assert.match(String(policy["Policy"]), /"lambda:FunctionUrlAuthType":"NONE"/);
    const created = await app("create-function-url-config", "--auth-type", "NONE");
    const shown = await app("get-function-url-config");
    assert.equal(shown["FunctionUrl"], created["FunctionUrl"]);
  });

  it("publishes, and shifts an alias from one version to the next", async () => {
    assert.equal((await app("publish-version"))["Version"], "1");
    await app("create-alias", "--name", "live", "--function-version", "1");
    await app("update-function-code", "--zip-file", "fileb://second.zip");
    await lambda("wait", "function-updated-v2", "--function-name", "app");
    assert.equal((await app("publish-version"))["Version"], "2");
    const shifted = await app(
      "update-alias",
      "--name",
      "live",
      "--routing-config",
      "AdditionalVersionWeights={2=0.5}",
    );
    assert.deepEqual(shifted["RoutingConfig"], { AdditionalVersionWeights: { "2": 0.5 } });
    const seen = new Map<string, unknown>();
    await waitFor("both versions to answer", async () => {
      const { version, payload } = await said("live");
      seen.set(version, payload);
      return seen.size === 2 ? true : undefined;
    });
    assert.deepEqual(seen.get("1"), ["layered", "first"]);
    assert.deepEqual(seen.get("2"), ["layered", "second"]);
    await app("update-alias", "--name", "live", "--function-version", "2", "--routing-config", "{}");
    assert.equal((await said("live")).version, "2");
  });

  it("updates settings and tags", async () => {
    const updated = await app(
      "update-function-configuration",
      "--memory-size",
      "256",
      ...["--environment", "Variables={STAGE=test,WORD=a}"],
    );
    assert.equal(updated["MemorySize"], 256);
    await lambda("wait", "function-updated-v2", "--function-name", "app");
    await lambda("tag-resource", "--resource", `${ARN}:function:app`, "--tags", "owner=b");
    await lambda("untag-resource", "--resource", `${ARN}:function:app`, "--tag-keys", "stage");
    assert.deepEqual((await lambda("list-tags", "--resource", `${ARN}:function:app`))["Tags"], {
      team: "a",
      owner: "b",
    });
  });

  it("deletes everything again", async () => {
    await app("delete-function-url-config");
    await app("remove-permission", "--statement-id", "url");
    await assert.rejects(app("delete-function", "--qualifier", "2"), /ResourceConflictException.*\[live\]/s);
    await app("delete-alias", "--name", "live");
    await app("delete-function", "--qualifier", "1");
    await app("delete-function");
    await lambda("delete-layer-version", "--layer-name", "shared", "--version-number", "1");
    await assert.rejects(app("get-function"), /ResourceNotFoundException.*Function not found/s);
    assert.deepEqual((await lambda("list-functions"))["Functions"], []);
    assert.deepEqual((await lambda("list-layers"))["Layers"], []);
  });

  async function said(qualifier = "$LATEST"): Promise<{ version: string; payload: unknown }> {
    const answer = await app("invoke", "--qualifier", qualifier, "out.json");
    return {
      version: String(answer["ExecutedVersion"]),
      payload: JSON.parse(await readFile(path.join(folder, "out.json"), "utf8")),
    };
  }
});

/**
 * The calls that the AWS provider makes for a function, its layer, alias, permission and URL, with what it relies on:
 * a read after an apply finds what was asked for, a second plan finds nothing to do, and what is gone is
 * ResourceNotFoundException. Source: the provider's public source.
 */
describe("Terraform's sequence of calls", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.stop());
  for (const scenario of readScenarios(path.join(import.meta.dirname, "terraform-lifecycle.json"))) {
    it(scenario.name, () => runScenario(scenario, server.url));
  }
});
