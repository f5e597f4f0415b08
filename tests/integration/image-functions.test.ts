/** Functions of container images: validated, kept and shown; not run yet. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { get } from "node:http";
import { after, before, describe, it } from "node:test";
import {
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  // biome-ignore lint/suspicious/noDeprecatedImports: AWS deprecated it long ago and still answers it.
  InvokeAsyncCommand,
  InvokeCommand,
  type LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, ROLE, refusalOf } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/team/orders";
const TAGGED = `${REPOSITORY}:latest`;
const DIGEST = "ab".repeat(32);
const HELLO = pythonZip("def lambda_handler(event, context):\n    return 'hello'\n");

function hexSha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function createImage(
  client: LambdaClient,
  FunctionName: string,
  overrides: Partial<CreateFunctionCommandInput> = {},
) {
  return client.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: ROLE,
      PackageType: "Image",
      Code: { ImageUri: TAGGED },
      ...overrides,
    }),
  );
}

/** Not every resolver knows the subdomains of localhost, so the name travels in the Host header alone. */
function statusOf(url: string): Promise<number | undefined> {
  const { host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    get({ host: "127.0.0.1", port, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

describe("functions of container images", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const updated = (FunctionName: string) =>
    waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30 }, { FunctionName });
  const refused = async (overrides: Partial<CreateFunctionCommandInput>) => {
    const { name, message } = await refusalOf(createImage(client, "refused", overrides));
    assert.equal(name, "InvalidParameterValueException");
    return message;
  };

  it("are created without runtime and handler, and show what they run", async () => {
    const ImageConfig = { EntryPoint: ["sh"], Command: ["-c", "echo"], WorkingDirectory: "/app" };
    const { $metadata, RevisionId, LastModified, ...created } = await createImage(client, "shown", {
      ImageConfig,
    });
    assert.equal($metadata.httpStatusCode, 201);
    assert.ok(RevisionId !== undefined && LastModified !== undefined);
    assert.deepEqual(created, {
      FunctionName: "shown",
      FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:shown",
      Role: ROLE,
      CodeSize: 0,
      CodeSha256: hexSha256(TAGGED),
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      Version: "$LATEST",
      TracingConfig: { Mode: "PassThrough" },
      PackageType: "Image",
      Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/shown" },
      ImageConfigResponse: { ImageConfig },
      State: "Pending",
      StateReason: "The function is being created.",
      StateReasonCode: "Creating",
    });
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: "shown" });
    const { Code, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: "shown" }));
    assert.deepEqual(Code, {
      RepositoryType: "ECR",
      ImageUri: TAGGED,
      ResolvedImageUri: `${REPOSITORY}@sha256:${hexSha256(TAGGED)}`,
    });
    assert.equal(Configuration?.RuntimeVersionConfig, undefined);
    const { Functions } = await client.send(new ListFunctionsCommand({}));
    const listed = Functions?.find(({ FunctionName }) => FunctionName === "shown");
    assert.deepEqual(listed?.ImageConfigResponse, { ImageConfig });
  });

  it("take the digest from the address where it names one", async () => {
    for (const ImageUri of [`${REPOSITORY}@sha256:${DIGEST}`, `${TAGGED}@sha256:${DIGEST}`]) {
      const created = await createImage(client, "digest", { Code: { ImageUri } });
      assert.equal(created.CodeSha256, DIGEST);
      const { Code } = await client.send(new GetFunctionCommand({ FunctionName: "digest" }));
      assert.equal(Code?.ImageUri, ImageUri);
      assert.equal(Code?.ResolvedImageUri, `${REPOSITORY}@sha256:${DIGEST}`);
      await client.send(new DeleteFunctionCommand({ FunctionName: "digest" }));
    }
  });

  it("refuse addresses of images that Lambda does not take", async () => {
    for (const ImageUri of [
      "",
      "orders:latest",
      "public.ecr.aws/lambda/python:3.12",
      REPOSITORY,
      `${REPOSITORY}:`,
      `${REPOSITORY}@sha256:1234`,
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders:latest",
      "123456789012.dkr.ecr.us-east-1.amazonaws.com/Orders:latest",
      `${TAGGED}\n`,
    ]) {
      assert.equal(
        await refused({ Code: { ImageUri } }),
        `Source image ${ImageUri} is not valid. Provide a valid source image.`,
      );
    }
  });

  it("refuse what only archives have, and archives refuse what only images have", async () => {
    const runtimeText =
      "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.";
    assert.equal(await refused({ Runtime: "python3.11" }), runtimeText);
    assert.equal(await refused({ Handler: "a.b" }), runtimeText);
    assert.equal(
      await refused({ Layers: ["arn:aws:lambda:us-east-1:000000000000:layer:any:1"] }),
      "Lambda layers are not supported for functions created with container images.",
    );
    assert.equal(await refused({ Code: {} }), "Please provide a source for function code.");
    assert.match(await refused({ Code: { ImageUri: TAGGED, ZipFile: HELLO } }), /only ImageUri/);
    assert.match(await refused({ SnapStart: { ApplyOn: "PublishedVersions" } }), /SnapStart/);
    const { CodeSigningConfig } = await client.send(
      new CreateCodeSigningConfigCommand({
        AllowedPublishers: {
          SigningProfileVersionArns: ["arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/0123456789"],
        },
      }),
    );
    assert.equal(
      await refused({ CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn }),
      "Code signing is not supported for functions created with container images.",
    );
    const archive = { PackageType: "Zip" as const, Runtime: "python3.11" as const, Handler: "a.b" };
    assert.equal(
      await refused({ ...archive, Code: { ImageUri: TAGGED } }),
      "Please provide a source for function code.",
    );
    assert.match(
      await refused({ ...archive, Code: { ZipFile: HELLO }, ImageConfig: { Command: ["a"] } }),
      /ImageConfig/,
    );
  });

  it("keep their package type when their code is updated", async () => {
    await createImage(client, "updated");
    await createFunction(client, "archive", HELLO);
    const other = `${REPOSITORY}:2`;
    const update = (FunctionName: string, code: { ZipFile?: Uint8Array; ImageUri?: string }) =>
      client.send(new UpdateFunctionCodeCommand({ FunctionName, ...code }));
    const { CodeSha256, LastUpdateStatus } = await update("updated", { ImageUri: other });
    assert.equal(CodeSha256, hexSha256(other));
    assert.equal(LastUpdateStatus, "InProgress");
    await updated("updated");
    assert.equal(
      (await refusalOf(update("updated", { ZipFile: HELLO }))).message,
      "Please provide ImageUri when updating a function with packageType Image.",
    );
    assert.equal(
      (await refusalOf(update("archive", { ImageUri: TAGGED }))).message,
      "Please don't provide ImageUri when updating a function with packageType Zip.",
    );
  });

  it("keep what overrides the image's own settings until it is replaced or emptied", async () => {
    await createImage(client, "settings");
    const configure = async (members: object) => {
      await updated("settings");
      return client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "settings", ...members }));
    };
    assert.match((await refusalOf(configure({ Handler: "a.b" }))).message, /^Please don't provide Handler/);
    const shown = { ImageConfig: { Command: ["run"] } };
    assert.deepEqual((await configure({ ...shown, Layers: [] })).ImageConfigResponse, shown);
    assert.deepEqual((await configure({ Timeout: 9 })).ImageConfigResponse, shown);
    assert.equal((await configure({ ImageConfig: {} })).ImageConfigResponse, undefined);
  });

  it("publish versions: the same image is the same version, another is the next", async () => {
    await createImage(client, "published");
    await updated("published");
    const publish = (CodeSha256?: string) =>
      client.send(new PublishVersionCommand({ FunctionName: "published", CodeSha256 }));
    assert.equal((await publish(hexSha256(TAGGED))).Version, "1");
    assert.equal((await publish()).Version, "1");
    const update = { FunctionName: "published", ImageUri: `${REPOSITORY}:2`, Publish: true };
    assert.equal((await client.send(new UpdateFunctionCodeCommand(update))).Version, "2");
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName: "published", Qualifier: "1" }));
    assert.equal(Code?.ImageUri, TAGGED);
  });

  it("are not run, and say so", async () => {
    await createImage(client, "called");
    const calls = [
      new InvokeCommand({ FunctionName: "called" }),
      new InvokeCommand({ FunctionName: "called", InvocationType: "Event" }),
      new InvokeAsyncCommand({ FunctionName: "called", InvokeArgs: "{}" }),
    ];
    for (const call of calls) {
      const refusal = await refusalOf(client.send(call as InvokeCommand));
      assert.equal(refusal.name, "ResourceConflictException");
      assert.equal(refusal.status, 409);
      assert.match(refusal.message, /does not run container images yet: arn:aws:lambda:.*:called$/);
    }
    const { FunctionUrl = "" } = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: "called", AuthType: "NONE" }),
    );
    assert.equal(await statusOf(FunctionUrl), 502);
    const signing = await refusalOf(
      client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: "called" })),
    );
    assert.match(signing.message, /^Code signing is not supported/);
  });

  it("use no code storage, and leave that of others alone over a restart", async () => {
    const own = lambdaClient(server.url, { region: "eu-north-1" });
    await createImage(own, "sizeless", { Code: { ImageUri: TAGGED.replace("us-east-1", "eu-north-1") } });
    const { AccountUsage } = await own.send(new GetAccountSettingsCommand({}));
    assert.deepEqual(AccountUsage, { TotalCodeSize: 0, FunctionCount: 1 });

    const dataDir = await temporaryFolder();
    const first = await spawnServer(dataDir);
    await createImage(lambdaClient(first.url), "image");
    await createFunction(lambdaClient(first.url), "archive", HELLO);
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await spawnServer(dataDir);
    const again = lambdaClient(second.url);
    const image = await again.send(new GetFunctionConfigurationCommand({ FunctionName: "image" }));
    assert.equal(image.CodeSha256, hexSha256(TAGGED));
    assert.equal((await invoke(again, "archive")).payload, "hello");
    second.child.kill("SIGKILL");
    await second.exited;
    await rm(dataDir, { recursive: true, force: true });
  });
});
