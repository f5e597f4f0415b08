/** Code that is named by bucket and key, read from a real S3 server. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  type FunctionCode,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  PublishLayerVersionCommand,
  UpdateFunctionCodeCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { zipSync } from "fflate";
import { aws, lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, ROLE, refusalOf, zip } from "../../testkit/functions.ts";
import { type S3Server, startS3Server } from "../../testkit/s3-server.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const ONE = pythonZip("def lambda_handler(event, context):\n    return 'one'\n");
const TWO = pythonZip("def lambda_handler(event, context):\n    return 'two'\n");
const BUCKET = "deployments";

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

describe("code from S3", () => {
  let s3: S3Server;
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    s3 = await startS3Server();
    server = await startTestServer(s3.settings);
    client = lambdaClient(server.url);
    await s3.put(BUCKET, "builds/one.zip", ONE);
    await s3.put(BUCKET, "builds/two.zip", TWO);
  });
  after(async () => {
    await server.stop();
    await s3.stop();
  });

  const create = (name: string, Code: FunctionCode) => createFunction(client, name, ONE, { Code });

  it("makes a function that runs, and gives the archive back", async () => {
    await create("created", { S3Bucket: BUCKET, S3Key: "builds/one.zip" });
    assert.equal((await invoke(client, "created")).payload, "one");
    const { Configuration, Code } = await client.send(new GetFunctionCommand({ FunctionName: "created" }));
    assert.equal(Configuration?.CodeSha256, sha256(ONE));
    assert.equal(Configuration?.CodeSize, ONE.length);
    assert.equal(Code?.RepositoryType, "S3");
    const response = await fetch(Code?.Location ?? "");
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), ONE);
  });

  it("updates code: checked only with DryRun, published with Publish", async () => {
    await create("updated", { S3Bucket: BUCKET, S3Key: "builds/one.zip" });
    const two = { FunctionName: "updated", S3Bucket: BUCKET, S3Key: "builds/two.zip" };
    const dry = await client.send(new UpdateFunctionCodeCommand({ ...two, DryRun: true }));
    assert.equal(dry.CodeSha256, sha256(TWO));
    const kept = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "updated" }));
    assert.equal(kept.CodeSha256, sha256(ONE));
    const published = await client.send(new UpdateFunctionCodeCommand({ ...two, Publish: true }));
    assert.equal(published.Version, "1");
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30 }, { FunctionName: "updated" });
    assert.equal((await invoke(client, "updated")).payload, "two");
    assert.equal((await invoke(client, "updated:1")).payload, "two");
  });

  it("makes a layer", async () => {
    await s3.put("layers", "shared.zip", zip({ "python/shared.py": "VALUE = 'of the layer'" }));
    const { LayerVersionArn = "", Content } = await client.send(
      new PublishLayerVersionCommand({
        LayerName: "shared",
        Content: { S3Bucket: "layers", S3Key: "shared.zip" },
      }),
    );
    assert.ok((Content?.CodeSize ?? 0) > 0);
    const code = pythonZip("import shared\ndef lambda_handler(e, c): return shared.VALUE");
    await createFunction(client, "layered", code, { Layers: [LayerVersionArn] });
    assert.equal((await invoke(client, "layered")).payload, "of the layer");
  });

  it("takes an archive that is larger than a request may carry", async () => {
    const large = zipSync({
      "lambda_function.py": Buffer.from(
        "import os\ndef lambda_handler(e, c): return os.path.getsize('weights.bin')",
      ),
      "weights.bin": [randomBytes(60_000_000), { level: 0 }],
    });
    await s3.put(BUCKET, "large.zip", large);
    await create("large", { S3Bucket: BUCKET, S3Key: "large.zip" });
    assert.equal((await invoke(client, "large")).payload, 60_000_000);
  });

  it("is what the AWS CLI sends", async () => {
    const created = (await aws(
      server.url,
      [
        ...["lambda", "create-function", "--function-name", "cli", "--runtime", "python3.11"],
        ...["--handler", "lambda_function.lambda_handler", "--role", ROLE],
        ...["--code", `S3Bucket=${BUCKET},S3Key=builds/one.zip`],
      ],
      server.dataDir,
    )) as { CodeSha256: string };
    assert.equal(created.CodeSha256, sha256(ONE));
  });

  it("keeps the key that the archive is encrypted with, until code comes without one", async () => {
    const SourceKMSKeyArn = "arn:aws:kms:us-east-1:000000000000:key/1";
    const shown = async () =>
      (await client.send(new GetFunctionCommand({ FunctionName: "encrypted" }))).Code?.SourceKMSKeyArn;
    await create("encrypted", { S3Bucket: BUCKET, S3Key: "builds/one.zip", SourceKMSKeyArn });
    assert.equal(await shown(), SourceKMSKeyArn);
    await client.send(
      new UpdateFunctionCodeCommand({
        FunctionName: "encrypted",
        S3Bucket: BUCKET,
        S3Key: "builds/two.zip",
      }),
    );
    assert.equal(await shown(), undefined);
  });

  it("refuses locations that lead nowhere in AWS's words", async () => {
    const refused = async (Code: FunctionCode) => refusalOf(create("refused", Code));
    const bucket = await refused({ S3Bucket: "no-such-bucket", S3Key: "builds/one.zip" });
    assert.equal(bucket.name, "InvalidParameterValueException");
    assert.equal(bucket.status, 400);
    assert.equal(
      bucket.message,
      "Error occurred while GetObject. S3 Error Code: NoSuchBucket. " +
        "S3 Error Message: The specified bucket does not exist",
    );
    const key = await refused({ S3Bucket: BUCKET, S3Key: "nothing.zip" });
    assert.equal(
      key.message,
      "Error occurred while GetObject. S3 Error Code: NoSuchKey. " +
        "S3 Error Message: The specified key does not exist.",
    );
    const half = await refused({ S3Bucket: BUCKET });
    assert.equal(half.message, "Please provide a source for function code.");
    const both = await refused({ ZipFile: ONE, S3Bucket: BUCKET, S3Key: "builds/one.zip" });
    assert.equal(
      both.message,
      "Please do not provide other FunctionCode parameters when providing a ZipFile.",
    );
    const layer = await refusalOf(
      client.send(
        new PublishLayerVersionCommand({
          LayerName: "refused",
          Content: { S3Bucket: BUCKET, S3Key: "nothing.zip" },
        }),
      ),
    );
    assert.equal(layer.message, key.message);
    const update = await refusalOf(
      client.send(
        new UpdateFunctionCodeCommand({ FunctionName: "created", S3Bucket: BUCKET, S3Key: "nothing.zip" }),
      ),
    );
    assert.equal(update.message, key.message);
  });

  it("refuses objects that are no archives, and keeps nothing of them", async () => {
    await s3.put(BUCKET, "empty.zip", new Uint8Array());
    await s3.put(BUCKET, "text.zip", new TextEncoder().encode("no archive"));
    const empty = await refusalOf(create("broken", { S3Bucket: BUCKET, S3Key: "empty.zip" }));
    assert.equal(empty.message, "Uploaded file must be a non-empty zip");
    const text = await refusalOf(create("broken", { S3Bucket: BUCKET, S3Key: "text.zip" }));
    assert.equal(
      text.message,
      "Could not unzip uploaded file. Please check your file, then try to upload again.",
    );
    const kept = await readdir(path.join(server.dataDir, "code"));
    assert.deepEqual(
      kept.filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("says when the endpoint does not take Lambkin's key", async () => {
    const other = await startTestServer({ ...s3.settings, LAMBKIN_S3_SECRET_ACCESS_KEY: "wrong" });
    const refused = await refusalOf(
      createFunction(lambdaClient(other.url), "denied", ONE, {
        Code: { S3Bucket: BUCKET, S3Key: "builds/one.zip" },
      }),
    );
    assert.match(refused.message, /S3 Error Code: (SignatureDoesNotMatch|AccessDenied)\./);
    assert.ok((refused.status ?? 500) < 500);
    await other.stop();
  });

  it("names the setting where no endpoint is configured", async () => {
    const other = await startTestServer({ LAMBKIN_S3_ENDPOINT_URL: "" });
    const refused = await refusalOf(
      createFunction(lambdaClient(other.url), "nowhere", ONE, {
        Code: { S3Bucket: BUCKET, S3Key: "builds/one.zip" },
      }),
    );
    assert.equal(refused.name, "InvalidParameterValueException");
    assert.match(refused.message, /LAMBKIN_S3_ENDPOINT_URL/);
    await other.stop();
  });
});
