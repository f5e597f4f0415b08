/** Code signing configurations and the functions that have them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateCodeSigningConfigCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  type LambdaClient,
  ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  PutFunctionCodeSigningConfigCommand,
  UpdateCodeSigningConfigCommand,
  UpdateFunctionCodeCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const PROFILE = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/profile/0123456789";
const HELLO = pythonZip("def lambda_handler(e, c): return 1");

describe("code signing", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  async function config(options: object = {}): Promise<string> {
    const created = await client.send(
      new CreateCodeSigningConfigCommand({
        AllowedPublishers: { SigningProfileVersionArns: [PROFILE] },
        ...options,
      }),
    );
    return created.CodeSigningConfig?.CodeSigningConfigArn ?? "";
  }

  const enforce = { CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Enforce" as const } };

  it("configurations are created, shown, changed, listed and deleted", async () => {
    const created = await client.send(
      new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns: [PROFILE] } }),
    );
    assert.equal(created.$metadata.httpStatusCode, 201);
    const { CodeSigningConfigId, CodeSigningConfigArn, LastModified, ...rest } =
      created.CodeSigningConfig ?? {};
    assert.match(CodeSigningConfigId ?? "", /^csc-[a-z0-9]{17}$/);
    assert.match(LastModified ?? "", /\+0000$/);
    assert.deepEqual(rest, {
      Description: "",
      AllowedPublishers: { SigningProfileVersionArns: [PROFILE] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" },
    });
    const updated = await client.send(
      new UpdateCodeSigningConfigCommand({ CodeSigningConfigArn, Description: "new", ...enforce }),
    );
    assert.equal(updated.CodeSigningConfig?.Description, "new");
    const got = await client.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn }));
    assert.deepEqual(got.CodeSigningConfig?.CodeSigningPolicies, enforce.CodeSigningPolicies);
    await config();
    const first = await client.send(new ListCodeSigningConfigsCommand({ MaxItems: 1 }));
    const second = await client.send(
      new ListCodeSigningConfigsCommand({ MaxItems: 1, Marker: first.NextMarker }),
    );
    assert.notEqual(
      first.CodeSigningConfigs?.[0]?.CodeSigningConfigId,
      second.CodeSigningConfigs?.[0]?.CodeSigningConfigId,
    );
    const deleted = await client.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    const gone = await refusalOf(client.send(new GetCodeSigningConfigCommand({ CodeSigningConfigArn })));
    assert.deepEqual(
      [gone.name, gone.message],
      [
        "ResourceNotFoundException",
        `The Lambda code signing configuration ${CodeSigningConfigArn} can not be found.`,
      ],
    );
  });

  it("functions have one, show it, and keep it from being deleted", async () => {
    const CodeSigningConfigArn = await config();
    await createFunction(client, "signed", HELLO, { CodeSigningConfigArn });
    await createFunction(client, "later", HELLO);
    const of = (FunctionName: string) =>
      client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName }));
    assert.equal((await of("signed")).CodeSigningConfigArn, CodeSigningConfigArn);
    assert.deepEqual(
      [(await of("later")).CodeSigningConfigArn, (await of("later")).FunctionName],
      [undefined, undefined],
    );
    await client.send(
      new PutFunctionCodeSigningConfigCommand({ FunctionName: "later", CodeSigningConfigArn }),
    );
    const listed = await client.send(new ListFunctionsByCodeSigningConfigCommand({ CodeSigningConfigArn }));
    assert.deepEqual(
      listed.FunctionArns?.map((arn) => arn.split(":").at(-1)),
      ["later", "signed"],
    );
    const inUse = await refusalOf(client.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn })));
    assert.deepEqual([inUse.status, inUse.name], [409, "ResourceConflictException"]);
    for (const FunctionName of ["signed", "later"]) {
      await client.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName }));
    }
    await client.send(new DeleteCodeSigningConfigCommand({ CodeSigningConfigArn }));
    const missing = await refusalOf(createFunction(client, "missing", HELLO, { CodeSigningConfigArn }));
    assert.deepEqual(
      [missing.status, missing.name, missing.message],
      [
        404,
        "CodeSigningConfigNotFoundException",
        `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${CodeSigningConfigArn}.`,
      ],
    );
  });

  it("Enforce lets no code be deployed that nobody trusted signed", async () => {
    const CodeSigningConfigArn = await config(enforce);
    const created = await refusalOf(createFunction(client, "enforced", HELLO, { CodeSigningConfigArn }));
    assert.deepEqual([created.status, created.name], [400, "CodeVerificationFailedException"]);
    await createFunction(client, "enforced", HELLO);
    await client.send(
      new PutFunctionCodeSigningConfigCommand({ FunctionName: "enforced", CodeSigningConfigArn }),
    );
    const update = new UpdateFunctionCodeCommand({ FunctionName: "enforced", ZipFile: HELLO });
    assert.equal((await refusalOf(client.send(update))).name, "CodeVerificationFailedException");
  });
});
