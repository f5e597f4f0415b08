/** Settings beside a function's configuration: event invoke configs, recursion, runtime management. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetRuntimeManagementConfigCommand,
  InvokeCommand,
  type LambdaClient,
  ListFunctionEventInvokeConfigsCommand,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutRuntimeManagementConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, refusalOf, settledVersion } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:queue";

describe("function settings", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    for (const name of ["f", "other"]) {
      await createFunction(client, name, pythonZip("def lambda_handler(e, c): raise ValueError(e['n'])"));
    }
    await client.send(new PublishVersionCommand({ FunctionName: "f" }));
    await client.send(new CreateAliasCommand({ FunctionName: "f", Name: "live", FunctionVersion: "1" }));
  });
  after(() => server.stop());

  const put = (options: object) =>
    client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: "f", ...options }));
  const get = (options: object = {}) =>
    client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: "f", ...options }));

  it("event invoke configs are put whole, updated in part, shown and deleted", async () => {
    const none = await refusalOf(get());
    assert.equal(none.message, `The function ${ARN}:f:$LATEST doesn't have an EventInvokeConfig`);
    const first = await put({
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    const { LastModified, $metadata: _first, ...rest } = first;
    assert.ok(LastModified instanceof Date);
    assert.deepEqual(rest, {
      FunctionArn: `${ARN}:f:$LATEST`,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnSuccess: {}, OnFailure: { Destination: QUEUE } },
    });
    const updated = await client.send(
      new UpdateFunctionEventInvokeConfigCommand({ FunctionName: "f", MaximumEventAgeInSeconds: 60 }),
    );
    assert.deepEqual([updated.MaximumRetryAttempts, updated.MaximumEventAgeInSeconds], [1, 60]);
    const replaced = await put({ MaximumEventAgeInSeconds: 61 });
    assert.deepEqual([replaced.MaximumRetryAttempts, replaced.MaximumEventAgeInSeconds], [undefined, 61]);
    assert.deepEqual(replaced.DestinationConfig, { OnSuccess: {}, OnFailure: {} });
    await put({ MaximumRetryAttempts: 0, Qualifier: "live" });
    assert.equal((await get({ Qualifier: "live" })).FunctionArn, `${ARN}:f:live`);
    const listed = await client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName: "f" }));
    assert.deepEqual(
      listed.FunctionEventInvokeConfigs?.map((config) => config.FunctionArn),
      [`${ARN}:f:$LATEST`, `${ARN}:f:live`],
    );
    const deleted = await client.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName: "f" }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    assert.equal((await refusalOf(get())).status, 404);
  });

  it("event invoke configs refuse what AWS refuses, in its words", async () => {
    const message = async (options: object) => (await refusalOf(put(options))).message;
    assert.equal(
      await message({}),
      "You must specify at least one of error handling or destination setting.",
    );
    assert.equal(
      await message({ FunctionName: "none", MaximumRetryAttempts: 1 }),
      "The function doesn't exist.",
    );
    assert.equal(
      await message({ Qualifier: "none", MaximumRetryAttempts: 1 }),
      "The function doesn't exist.",
    );
    const to = (Destination: string) => ({ DestinationConfig: { OnSuccess: { Destination } } });
    assert.equal(
      await message(to(`${ARN}:f`)),
      "You can't specify the function as a destination for itself.",
    );
    assert.equal(await message(to(`${ARN}:none`)), `The destination ARN ${ARN}:none is invalid.`);
    const bucket = "arn:aws:s3:::bucket";
    assert.equal(
      await message(to(bucket)),
      `The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=${bucket}), onFailure=null) is invalid.`,
    );
    assert.equal((await refusalOf(put({ MaximumRetryAttempts: 3 }))).name, "ValidationException");
    await put(to(`${ARN}:other`));
  });

  it("an event whose function fails is not tried again when no retries are wanted", async () => {
    await put({ FunctionName: "other", MaximumRetryAttempts: 0 });
    await client.send(
      new InvokeCommand({ FunctionName: "other", InvocationType: "Event", Payload: '{"n": "once"}' }),
    );
    const logs = logsClient(server.url);
    const failures = await waitFor("the failure", async () => {
      const page = await logs
        .send(new FilterLogEventsCommand({ logGroupName: "/aws/lambda/other", filterPattern: "once" }))
        .catch(() => undefined);
      return page?.events?.length === 0 ? undefined : page?.events;
    });
    assert.equal(failures.length, 1);
  });

  it("recursion and runtime management are kept and shown", async () => {
    const recursion = () => client.send(new GetFunctionRecursionConfigCommand({ FunctionName: "f" }));
    assert.equal((await recursion()).RecursiveLoop, "Terminate");
    await client.send(new PutFunctionRecursionConfigCommand({ FunctionName: "f", RecursiveLoop: "Allow" }));
    assert.equal((await recursion()).RecursiveLoop, "Allow");
    const management = () => client.send(new GetRuntimeManagementConfigCommand({ FunctionName: "f" }));
    assert.equal((await management()).UpdateRuntimeOn, "Auto");
    assert.equal((await management()).RuntimeVersionArn, undefined);
    const RuntimeVersionArn = `arn:aws:lambda:us-east-1::runtime:${"0".repeat(64)}`;
    await client.send(
      new PutRuntimeManagementConfigCommand({
        FunctionName: "f",
        UpdateRuntimeOn: "Manual",
        RuntimeVersionArn,
      }),
    );
    assert.equal((await management()).RuntimeVersionArn, RuntimeVersionArn);
    const bare = await refusalOf(
      client.send(new PutRuntimeManagementConfigCommand({ FunctionName: "f", UpdateRuntimeOn: "Manual" })),
    );
    assert.equal(bare.name, "InvalidParameterValueException");
  });

  it("SnapStart shows on published versions, for runtimes and settings that have it", async () => {
    const code = pythonZip("def lambda_handler(e, c): return 1");
    const SnapStart = { ApplyOn: "PublishedVersions" } as const;
    await createFunction(client, "snap", code, { Runtime: "python3.12", SnapStart });
    const snapStart = async (Qualifier?: string) =>
      (await client.send(new GetFunctionConfigurationCommand({ FunctionName: "snap", Qualifier }))).SnapStart;
    await client.send(new PublishVersionCommand({ FunctionName: "snap" }));
    assert.deepEqual(await snapStart(), { ...SnapStart, OptimizationStatus: "Off" });
    // Whether there is a snapshot is a matter of the machine.
    const { SnapStart: published } = await settledVersion(client, "snap");
    assert.equal(published?.ApplyOn, "PublishedVersions");
    assert.equal((await client.send(new PublishVersionCommand({ FunctionName: "snap" }))).Version, "1");
    for (const [other, text] of [
      [{ Runtime: "python3.11" }, /^python3\.11 is not supported for SnapStart enabled functions\.$/],
      [{ Runtime: "python3.12", EphemeralStorage: { Size: 1024 } }, /more than 512 MB of ephemeral storage/],
    ] as const) {
      const refused = await refusalOf(createFunction(client, "no-snap", code, { SnapStart, ...other }));
      assert.match(refused.message, text);
    }
  });
});
