/** Layers: their versions, policies and lists, and what functions see of them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetFunctionConfigurationCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  type LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:layer";

for (const isolation of ["auto", "process"] as const) {
  describe(`layers in functions (${isolation})`, () => {
    let server: TestServer;
    let client: LambdaClient;
    before(async () => {
      server = await startTestServer({ LAMBKIN_ISOLATION: isolation });
      client = lambdaClient(server.url);
    });
    after(() => server.stop());

    async function layer(LayerName: string, files: Record<string, string>, executables: string[] = []) {
      const published = await client.send(
        new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zip(files, executables) } }),
      );
      return published.LayerVersionArn ?? "";
    }

    it("are merged in order, later ones over earlier ones, and found by every language", async () => {
      const first = await layer(
        "first",
        {
          "python/shared.py": "VALUE = 'first'",
          "python/only_first.py": "VALUE = 1",
          "nodejs/node_modules/shared/index.js": "module.exports = 'first'",
          "bin/tool": "#!/bin/sh\necho first",
          "data.txt": "first",
        },
        ["bin/tool"],
      );
      const second = await layer(
        "second",
        {
          "python/shared.py": "VALUE = 'second'",
          "python/lib/python3.11/site-packages/deep.py": "VALUE = 'deep'",
          "nodejs/node22/node_modules/versioned/index.js": "module.exports = 22",
          "bin/tool": "#!/bin/sh\necho second",
          "data.txt/inner.txt": "a folder now",
        },
        ["bin/tool"],
      );
      await createFunction(
        client,
        "python",
        pythonZip(
          "import shared, only_first, deep, subprocess\n" +
            "def lambda_handler(e, c):\n" +
            "    tool = subprocess.run(['tool'], capture_output=True, text=True).stdout.strip()\n" +
            "    return [shared.VALUE, only_first.VALUE, deep.VALUE, tool]",
        ),
        { Layers: [first, second] },
      );
      assert.deepEqual((await invoke(client, "python")).payload, ["second", 1, "deep", "second"]);
      await createFunction(
        client,
        "node",
        zip({ "index.js": "exports.handler = async () => [require('shared'), require('versioned')]" }),
        { Runtime: "nodejs22.x", Handler: "index.handler", Layers: [first, second] },
      );
      assert.deepEqual((await invoke(client, "node")).payload, ["first", 22]);
    });

    it("can bring the bootstrap of a custom runtime", async () => {
      const bootstrap = `#!/bin/sh
while true; do
  headers=$(mktemp)
  curl -sS -o /dev/null -D "$headers" "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next"
  id=$(tr -d '\\r' < "$headers" | sed -n 's/^lambda-runtime-aws-request-id: //ip')
  curl -sS -o /dev/null -d '"from a layer"' "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response"
done
`;
      const runtime = await layer("runtime", { bootstrap }, ["bootstrap"]);
      await createFunction(client, "custom", zip({ "handler.txt": "x" }), {
        Runtime: "provided.al2023",
        Handler: "x",
        Layers: [runtime],
      });
      assert.equal((await invoke(client, "custom")).payload, "from a layer");
    });

    it("serve the functions that have them after they were deleted, and no new ones", async () => {
      const arn = await layer("deleted", { "python/gone.py": "VALUE = 'still here'" });
      const source = pythonZip("import gone\ndef lambda_handler(e, c): return gone.VALUE");
      await createFunction(client, "keeps", source, { Layers: [arn] });
      await client.send(new DeleteLayerVersionCommand({ LayerName: "deleted", VersionNumber: 1 }));
      assert.equal((await invoke(client, "keeps")).payload, "still here");
      await client.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: "keeps", Layers: [arn], Timeout: 4 }),
      );
      assert.equal((await invoke(client, "keeps")).payload, "still here");
      await client.send(new PublishVersionCommand({ FunctionName: "keeps" }));
      const late = await refusalOf(createFunction(client, "late", source, { Layers: [arn] }));
      assert.equal(late.message, `Layer version ${arn} does not exist.`);
    });
  });
}

describe("layers", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const CONTENT = zip({ "python/a.py": "x = 1" });
  const publish = (LayerName: string, options: object = {}) =>
    client.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: CONTENT }, ...options }));

  it("are published, numbered, shown and deleted as on AWS", async () => {
    const published = await publish("shown", {
      Description: "d",
      LicenseInfo: "MIT",
      CompatibleRuntimes: ["python3.11"],
      CompatibleArchitectures: ["x86_64"],
    });
    const { $metadata, Content, CreatedDate, ...rest } = published;
    assert.equal($metadata.httpStatusCode, 201);
    assert.match(CreatedDate ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/);
    assert.equal(Content?.CodeSize, CONTENT.length);
    assert.deepEqual(rest, {
      LayerArn: `${ARN}:shown`,
      LayerVersionArn: `${ARN}:shown:1`,
      Version: 1,
      Description: "d",
      LicenseInfo: "MIT",
      CompatibleRuntimes: ["python3.11"],
      CompatibleArchitectures: ["x86_64"],
    });
    const download = await fetch(Content?.Location ?? "");
    assert.deepEqual(new Uint8Array(await download.arrayBuffer()), CONTENT);
    const byArn = await client.send(new GetLayerVersionByArnCommand({ Arn: `${ARN}:shown:1` }));
    assert.equal(byArn.Version, 1);
    assert.equal((await publish("shown")).Version, 2);
    const deleted = await client.send(
      new DeleteLayerVersionCommand({ LayerName: "shown", VersionNumber: 2 }),
    );
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal((await publish("shown")).Version, 3);
    const gone = await refusalOf(
      client.send(new GetLayerVersionCommand({ LayerName: `${ARN}:shown`, VersionNumber: 2 })),
    );
    assert.deepEqual([gone.status, gone.message], [404, `Layer version ${ARN}:shown:2 does not exist.`]);
    const zero = await refusalOf(
      client.send(new GetLayerVersionCommand({ LayerName: "shown", VersionNumber: 0 })),
    );
    assert.equal(zero.message, "Layer Version Cannot be less than 1");
  });

  it("are listed, the newest version first, by runtime and architecture, page by page", async () => {
    await publish("list-a", { CompatibleRuntimes: ["python3.11"] });
    await publish("list-a", { CompatibleRuntimes: ["nodejs22.x"] });
    await publish("list-b", { CompatibleRuntimes: ["nodejs22.x"], CompatibleArchitectures: ["arm64"] });
    const versions = await client.send(new ListLayerVersionsCommand({ LayerName: "list-a" }));
    assert.deepEqual(
      versions.LayerVersions?.map((version) => version.Version),
      [2, 1],
    );
    const first = await client.send(new ListLayerVersionsCommand({ LayerName: "list-a", MaxItems: 1 }));
    const second = await client.send(
      new ListLayerVersionsCommand({ LayerName: "list-a", MaxItems: 1, Marker: first.NextMarker }),
    );
    assert.equal(second.LayerVersions?.[0]?.Version, 1);
    const names = async (options: object) =>
      (await client.send(new ListLayersCommand(options))).Layers?.filter((layer) =>
        layer.LayerName?.startsWith("list-"),
      ).map((layer) => [layer.LayerName, layer.LatestMatchingVersion?.Version]);
    assert.deepEqual(await names({}), [
      ["list-a", 2],
      ["list-b", 1],
    ]);
    assert.deepEqual(await names({ CompatibleRuntime: "python3.11" }), [["list-a", 1]]);
    assert.deepEqual(await names({ CompatibleArchitecture: "arm64" }), [["list-b", 1]]);
  });

  it("have policies that let other accounts use them", async () => {
    await publish("policy");
    const Layer = { LayerName: "policy", VersionNumber: 1 };
    const other = lambdaClient(server.url, { accessKeyId: "111122223333" });
    const use = (name: string) =>
      createFunction(other, name, pythonZip("def lambda_handler(e, c): return 1"), {
        Layers: [`${ARN}:policy:1`],
      });
    assert.match((await refusalOf(use("denied"))).message, /does not exist\.$/);
    const added = await client.send(
      new AddLayerVersionPermissionCommand({
        ...Layer,
        StatementId: "s",
        Action: "lambda:GetLayerVersion",
        Principal: "111122223333",
      }),
    );
    assert.equal(added.$metadata.httpStatusCode, 201);
    await use("allowed");
    const { Policy, RevisionId } = await client.send(new GetLayerVersionPolicyCommand(Layer));
    assert.equal(JSON.parse(Policy ?? "").Statement[0].Resource, `${ARN}:policy:1`);
    assert.equal(RevisionId, added.RevisionId);
    const stale = await refusalOf(
      client.send(
        new RemoveLayerVersionPermissionCommand({ ...Layer, StatementId: "s", RevisionId: "stale" }),
      ),
    );
    assert.match(stale.message, /Call the GetLayerPolicy API/);
    await client.send(new RemoveLayerVersionPermissionCommand({ ...Layer, StatementId: "s" }));
    const none = await refusalOf(client.send(new GetLayerVersionPolicyCommand(Layer)));
    assert.equal(none.message, "No policy is associated with the given resource.");
  });

  it("are refused by functions in AWS's words", async () => {
    for (let index = 0; index < 6; index++) await publish(`many-${index}`);
    await publish("many-0");
    const create = (Layers: string[]) =>
      refusalOf(createFunction(client, "refused", pythonZip("x = 1"), { Layers }));
    assert.equal(
      (await create([0, 1, 2, 3, 4, 5].map((index) => `${ARN}:many-${index}:1`))).message,
      "Cannot reference more than 5 layers.",
    );
    assert.equal(
      (await create([`${ARN}:many-0:1`, `${ARN}:many-0:2`])).message,
      "Two different versions of the same layer are not allowed to be referenced in the same function. " +
        `${ARN}:many-0:1 and ${ARN}:many-0:2 are versions of the same layer.`,
    );
    assert.equal(
      (await create([`${ARN.replace("us-east-1", "eu-west-1")}:many-0:1`])).message,
      "Layers are not in the same region as the function. Layers are expected to be in region us-east-1.",
    );
    const heavy = zip({ zeros: new Uint8Array(140 * 1024 * 1024) });
    await client.send(new PublishLayerVersionCommand({ LayerName: "heavy-a", Content: { ZipFile: heavy } }));
    await client.send(new PublishLayerVersionCommand({ LayerName: "heavy-b", Content: { ZipFile: heavy } }));
    assert.match(
      (await create([`${ARN}:heavy-a:1`, `${ARN}:heavy-b:1`])).message,
      /^Function code combined with layers exceeds the maximum allowed size of 262144000 bytes\. The actual size is \d+ bytes\.$/,
    );
  });

  it("are shown in a function's configuration", async () => {
    await publish("in-config");
    await createFunction(client, "config", pythonZip("x = 1"), { Layers: [`${ARN}:in-config:1`] });
    const get = () => client.send(new GetFunctionConfigurationCommand({ FunctionName: "config" }));
    assert.deepEqual((await get()).Layers, [{ Arn: `${ARN}:in-config:1`, CodeSize: CONTENT.length }]);
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "config", Layers: [] }));
    assert.equal((await get()).Layers, undefined);
  });
});
