/** The life of a function's record: create, read, list, update, delete, as the SDK for JavaScript sees it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListFunctionsCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { lambdaClient, stsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, ROLE, refusalOf, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const HELLO = pythonZip("def lambda_handler(event, context):\n    return 'one'\n");
const CHANGED = pythonZip("def lambda_handler(event, context):\n    return 'two'\n");
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

describe("functions", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  it("answers a creation with AWS's defaults and states", async () => {
    const created = await client.send(
      new CreateFunctionCommand({
        FunctionName: "defaults",
        Runtime: "python3.11",
        Handler: "lambda_function.lambda_handler",
        Role: ROLE,
        Code: { ZipFile: HELLO },
      }),
    );
    const { $metadata, RevisionId, LastModified, RuntimeVersionConfig, ...rest } = created;
    assert.equal($metadata.httpStatusCode, 201);
    assert.match(RevisionId ?? "", UUID);
    assert.match(LastModified ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    assert.match(
      RuntimeVersionConfig?.RuntimeVersionArn ?? "",
      /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/,
    );
    assert.deepEqual(rest, {
      FunctionName: "defaults",
      FunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:defaults",
      Runtime: "python3.11",
      Role: ROLE,
      Handler: "lambda_function.lambda_handler",
      CodeSize: HELLO.length,
      CodeSha256: sha256(HELLO),
      Description: "",
      Timeout: 3,
      MemorySize: 128,
      Version: "$LATEST",
      TracingConfig: { Mode: "PassThrough" },
      State: "Pending",
      StateReason: "The function is being created.",
      StateReasonCode: "Creating",
      PackageType: "Zip",
      Architectures: [process.arch === "arm64" ? "arm64" : "x86_64"],
      EphemeralStorage: { Size: 512 },
      SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/defaults" },
    });
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: "defaults" });
    const active = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "defaults" }));
    assert.equal(active.State, "Active");
    assert.equal(active.LastUpdateStatus, "Successful");
    assert.equal(active.StateReason, undefined);
    assert.notEqual(active.RevisionId, RevisionId);
  });

  it("keeps and returns every setting that it was given", async () => {
    const settings = {
      Description: "all of them",
      Timeout: 42,
      MemorySize: 256,
      Environment: { Variables: { STAGE: "test", EMPTY: "" } },
      EphemeralStorage: { Size: 1024 },
      TracingConfig: { Mode: "Active" as const },
      DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" },
      KMSKeyArn: "arn:aws:kms:us-east-1:000000000000:key/1",
      FileSystemConfigs: [
        {
          Arn: "arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-01234567890123456",
          LocalMountPath: "/mnt/data",
        },
      ],
      LoggingConfig: { LogFormat: "JSON" as const, LogGroup: "/custom/group" },
    };
    await createFunction(client, "everything", HELLO, {
      ...settings,
      VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] },
      Tags: { team: "a", Empty: "" },
    });
    const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName: "everything" }));
    for (const [name, value] of Object.entries({
      ...settings,
      LoggingConfig: {
        LogFormat: "JSON",
        LogGroup: "/custom/group",
        ApplicationLogLevel: "INFO",
        SystemLogLevel: "INFO",
      },
      VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"], VpcId: "" },
    })) {
      assert.deepEqual(Configuration?.[name as keyof typeof Configuration], value, name);
    }
    assert.deepEqual(Tags, { team: "a", Empty: "" });
  });

  it("gives the zip back through Code.Location, and only through an unchanged link", async () => {
    await createFunction(client, "download", HELLO);
    const { Code } = await client.send(new GetFunctionCommand({ FunctionName: "download" }));
    assert.equal(Code?.RepositoryType, "S3");
    const location = Code?.Location ?? "";
    const response = await fetch(location);
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), HELLO);
    const forged = location.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    assert.equal((await fetch(forged)).status, 403);
  });

  it("finds a function by name, partial ARN and full ARN, and names the qualifier it was asked with", async () => {
    await createFunction(client, "names", HELLO);
    const arn = "arn:aws:lambda:us-east-1:000000000000:function:names";
    for (const FunctionName of ["names", "000000000000:function:names", "function:names", arn]) {
      const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
      assert.equal(found.FunctionArn, arn);
    }
    for (const request of [
      { FunctionName: "names:$LATEST" },
      { FunctionName: "names", Qualifier: "$LATEST" },
      { FunctionName: `${arn}:$LATEST`, Qualifier: "$LATEST" },
    ]) {
      const found = await client.send(new GetFunctionConfigurationCommand(request));
      assert.equal(found.FunctionArn, `${arn}:$LATEST`);
    }
  });

  it("refuses what is not there, elsewhere, or named twice, in AWS's words", async () => {
    await createFunction(client, "words", HELLO);
    const arn = "arn:aws:lambda:us-east-1:000000000000:function";
    const get = (FunctionName: string, Qualifier?: string) =>
      refusalOf(
        client.send(new GetFunctionCommand({ FunctionName, ...(Qualifier !== undefined && { Qualifier }) })),
      );
    const missing = await get("nobody");
    assert.equal(missing.name, "ResourceNotFoundException");
    assert.equal(missing.status, 404);
    assert.equal(missing.message, `Function not found: ${arn}:nobody`);
    assert.equal(missing.members["Type"], "User");
    assert.equal((await get("words", "7")).message, `Function not found: ${arn}:words:7`);
    const different = await get("words:a", "b");
    assert.equal(different.name, "InvalidParameterValueException");
    assert.equal(
      different.message,
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
    assert.equal(
      (await get("arn:aws:lambda:eu-west-1:000000000000:function:words")).message,
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    );
    assert.equal(
      (await get("arn:aws:lambda:us-east-1:111111111111:function:words")).name,
      "AccessDeniedException",
    );
    const twice = await refusalOf(createFunction(client, "words", HELLO));
    assert.equal(twice.name, "ResourceConflictException");
    assert.equal(twice.status, 409);
    assert.equal(twice.message, "Function already exist: words");
  });

  it("keeps accounts and regions apart", async () => {
    await createFunction(client, "apart", HELLO);
    for (const options of [{ accessKeyId: "111122223333" }, { region: "eu-central-1" }]) {
      const other = lambdaClient(server.url, options);
      const listed = await other.send(new ListFunctionsCommand({}));
      assert.deepEqual(listed.Functions, []);
      assert.equal(
        (await refusalOf(other.send(new GetFunctionCommand({ FunctionName: "apart" })))).name,
        "ResourceNotFoundException",
      );
    }
    const identity = await stsClient(server.url, { accessKeyId: "111122223333" }).send(
      new GetCallerIdentityCommand({}),
    );
    assert.equal(identity.Account, "111122223333");
    assert.equal(identity.Arn, "arn:aws:iam::111122223333:root");
  });

  it("lists in pages that stay right while functions come and go", async () => {
    const own = lambdaClient(server.url, { region: "ap-south-1" });
    for (const name of ["b", "d", "f", "h"]) await createFunction(own, name, HELLO);
    const first = await own.send(new ListFunctionsCommand({ MaxItems: 2 }));
    assert.deepEqual(
      first.Functions?.map((found) => found.FunctionName),
      ["b", "d"],
    );
    assert.equal(first.Functions?.[0]?.State, undefined);
    await own.send(new DeleteFunctionCommand({ FunctionName: "d" }));
    await createFunction(own, "a", HELLO);
    await createFunction(own, "e", HELLO);
    const second = await own.send(new ListFunctionsCommand({ MaxItems: 2, Marker: first.NextMarker }));
    const third = await own.send(new ListFunctionsCommand({ MaxItems: 2, Marker: second.NextMarker }));
    assert.deepEqual(
      [...(second.Functions ?? []), ...(third.Functions ?? [])].map((found) => found.FunctionName),
      ["e", "f", "h"],
    );
    assert.equal(third.NextMarker, undefined);
    const broken = await refusalOf(own.send(new ListFunctionsCommand({ Marker: "nonsense" })));
    assert.equal(broken.name, "InvalidParameterValueException");
  });

  it("updates code: new answers, new hash, new revision, the old environments gone", async () => {
    await createFunction(client, "code", HELLO);
    assert.equal((await invoke(client, "code")).payload, "one");
    const updated = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: "code", ZipFile: CHANGED }),
    );
    assert.equal(updated.State, "Active");
    assert.equal(updated.LastUpdateStatus, "InProgress");
    assert.equal(updated.LastUpdateStatusReason, "The function is being created.");
    assert.equal(updated.LastUpdateStatusReasonCode, "Creating");
    assert.equal(updated.CodeSha256, sha256(CHANGED));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30 }, { FunctionName: "code" });
    assert.equal((await invoke(client, "code")).payload, "two");
  });

  it("checks an update without making it when DryRun is set", async () => {
    await createFunction(client, "dry", HELLO);
    const dry = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: "dry", ZipFile: CHANGED, DryRun: true }),
    );
    assert.equal(dry.CodeSha256, sha256(CHANGED));
    const kept = await client.send(new GetFunctionConfigurationCommand({ FunctionName: "dry" }));
    assert.equal(kept.CodeSha256, sha256(HELLO));
  });

  it("updates the members that are sent and leaves the others", async () => {
    await createFunction(
      client,
      "settings",
      pythonZip("import os\ndef lambda_handler(e, c): return os.environ.get('STAGE')"),
      {
        Environment: { Variables: { STAGE: "first" } },
        DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:dead" },
      },
    );
    assert.equal((await invoke(client, "settings")).payload, "first");
    const updated = await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "settings",
        MemorySize: 192,
        Environment: { Variables: { STAGE: "second" } },
        DeadLetterConfig: { TargetArn: "" },
      }),
    );
    assert.equal(updated.MemorySize, 192);
    assert.equal(updated.Timeout, 15);
    assert.equal(updated.DeadLetterConfig, undefined);
    assert.equal((await invoke(client, "settings")).payload, "second");
  });

  it("refuses an update that was made for another revision; of two writers one wins", async () => {
    await createFunction(client, "revisions", HELLO);
    await waitUntilFunctionActiveV2({ client, maxWaitTime: 30 }, { FunctionName: "revisions" });
    const { RevisionId } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: "revisions" }),
    );
    const update = (Description: string) =>
      client.send(
        new UpdateFunctionConfigurationCommand({ FunctionName: "revisions", Description, RevisionId }),
      );
    const results = await Promise.allSettled([update("one"), update("two"), update("three")]);
    assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
    const stale = await refusalOf(update("four"));
    assert.equal(stale.name, "PreconditionFailedException");
    assert.equal(stale.status, 412);
    assert.match(stale.message, /^The Revision Id provided does not match the latest Revision Id\./);
  });

  it("deletes with 204, and the name is free again", async () => {
    await createFunction(client, "gone", HELLO);
    await invoke(client, "gone");
    const deleted = await client.send(new DeleteFunctionCommand({ FunctionName: "gone" }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal(
      (await refusalOf(client.send(new DeleteFunctionCommand({ FunctionName: "gone" })))).status,
      404,
    );
    await createFunction(client, "gone", CHANGED);
    assert.equal((await invoke(client, "gone")).payload, "two");
    const latest = await refusalOf(
      client.send(new DeleteFunctionCommand({ FunctionName: "gone", Qualifier: "$LATEST" })),
    );
    assert.equal(latest.message, "$LATEST version cannot be deleted without deleting the function.");
  });

  it("counts code, functions and what is left unreserved in the account's settings", async () => {
    const own = lambdaClient(server.url, { region: "sa-east-1" });
    await createFunction(own, "one", HELLO);
    await createFunction(own, "two", zip({ "a.py": "x = 1\n" }));
    await own.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "one", ReservedConcurrentExecutions: 25 }),
    );
    const { AccountLimit, AccountUsage } = await own.send(new GetAccountSettingsCommand({}));
    assert.deepEqual(AccountLimit, {
      TotalCodeSize: 80530636800,
      CodeSizeUnzipped: 262144000,
      CodeSizeZipped: 52428800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 975,
    });
    assert.equal(AccountUsage?.FunctionCount, 2);
    assert.equal(AccountUsage?.TotalCodeSize, HELLO.length + zip({ "a.py": "x = 1\n" }).length);
  });
});
