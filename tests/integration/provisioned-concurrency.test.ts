/** Provisioned concurrency: configurations, and the environments that are really there before anybody calls. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  DeleteProvisionedConcurrencyConfigCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutProvisionedConcurrencyConfigCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, logsClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { spawnServer, startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";

/** Tells how its environment came to be and who it is; `die` ends it. */
const CODE = `
import os, time, uuid
who = str(uuid.uuid4())
def lambda_handler(event, context):
    if event.get("die"): os._exit(1)
    time.sleep(event.get("seconds", 0))
    return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], who, context.function_version]
`;

type Reply = readonly [initializationType: string, who: string, version: string];

describe("provisioned concurrency", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  async function alive(): Promise<number> {
    const health = await (await fetch(`${server.url}/_lambkin/health`)).json();
    return (health as { environments: { alive: number } }).environments.alive;
  }

  async function functionWithVersion(name: string): Promise<void> {
    await createFunction(client, name, pythonZip(CODE));
    await client.send(new PublishVersionCommand({ FunctionName: name }));
  }

  const put = (FunctionName: string, Qualifier: string, ProvisionedConcurrentExecutions: number) =>
    client.send(
      new PutProvisionedConcurrencyConfigCommand({
        FunctionName,
        Qualifier,
        ProvisionedConcurrentExecutions,
      }),
    );
  const get = (FunctionName: string, Qualifier: string) =>
    client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  const remove = (FunctionName: string, Qualifier: string) =>
    client.send(new DeleteProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
  const status = (name: string, qualifier: string, wanted: string) =>
    waitFor(`${wanted} of ${name}:${qualifier}`, async () => {
      const config = await get(name, qualifier);
      return config.Status === wanted ? config : undefined;
    });

  it("starts environments before anybody calls, and calls of that version run in them", async () => {
    await functionWithVersion("ready");
    const before = await alive();
    const asked = await put("ready", "1", 2);
    assert.deepEqual(
      [
        asked.$metadata.httpStatusCode,
        asked.Status,
        asked.RequestedProvisionedConcurrentExecutions,
        asked.AvailableProvisionedConcurrentExecutions,
        asked.AllocatedProvisionedConcurrentExecutions,
      ],
      [202, "IN_PROGRESS", 2, 0, 0],
    );
    const ready = await status("ready", "1", "READY");
    assert.equal(ready.AvailableProvisionedConcurrentExecutions, 2);
    assert.equal(ready.LastModified, asked.LastModified);
    assert.equal((await alive()) - before, 2);
    const { payload, log } = await invoke(client, "ready", {}, { Qualifier: "1" });
    assert.equal((payload as Reply)[0], "provisioned-concurrency");
    assert.doesNotMatch(log, /Init Duration/);
    const { events = [] } = await logsClient(server.url).send(
      new FilterLogEventsCommand({ logGroupName: "/aws/lambda/ready", filterPattern: "INIT_REPORT" }),
    );
    assert.match(events[0]?.message ?? "", /Phase: init\tStatus: success/);
    assert.equal(((await invoke(client, "ready")).payload as Reply)[0], "on-demand");
  });

  it("spills over to environments on demand when all are busy", async () => {
    const replies = await Promise.all(
      [1, 2, 3].map(() => invoke(client, "ready", { seconds: 1 }, { Qualifier: "1" })),
    );
    assert.deepEqual(replies.map(({ payload }) => (payload as Reply)[0]).sort(), [
      "on-demand",
      "provisioned-concurrency",
      "provisioned-concurrency",
    ]);
  });

  it("replaces an environment that crashes, before anybody calls again", async () => {
    const both = async () => {
      const replies = await Promise.all(
        [1, 2].map(() => invoke(client, "ready", { seconds: 1 }, { Qualifier: "1" })),
      );
      for (const { payload, log } of replies) {
        assert.equal((payload as Reply)[0], "provisioned-concurrency");
        assert.doesNotMatch(log, /Init Duration/);
      }
      return replies.map(({ payload }) => (payload as Reply)[1]);
    };
    const before = await both();
    const { functionError } = await invoke(client, "ready", { die: true }, { Qualifier: "1" });
    assert.equal(functionError, "Unhandled");
    await status("ready", "1", "READY");
    const after = await both();
    assert.equal(new Set([...before, ...after]).size, 3, "one of them is new");
  });

  it("raises and lowers the number, and takes it away", async () => {
    await put("ready", "1", 3);
    assert.equal((await status("ready", "1", "READY")).AllocatedProvisionedConcurrentExecutions, 3);
    const before = await alive();
    await put("ready", "1", 1);
    await waitFor("two to end", async () => ((await alive()) === before - 2 ? true : undefined));
    assert.equal((await status("ready", "1", "READY")).AllocatedProvisionedConcurrentExecutions, 1);
    await remove("ready", "1");
    await waitFor("the last to end", async () => ((await alive()) === before - 3 ? true : undefined));
    const refused = await refusalOf(get("ready", "1"));
    assert.deepEqual(
      [refused.name, refused.message, refused.status],
      [
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
        404,
      ],
    );
    await remove("ready", "1");
  });

  it("follows an alias to another version and ends with it", async () => {
    await functionWithVersion("moving");
    await client.send(new CreateAliasCommand({ FunctionName: "moving", Name: "live", FunctionVersion: "1" }));
    const before = await alive();
    await put("moving", "live", 1);
    await status("moving", "live", "READY");
    const first = (await invoke(client, "moving", {}, { Qualifier: "live" })).payload as Reply;
    assert.deepEqual([first[0], first[2]], ["provisioned-concurrency", "1"]);
    await client.send(
      new UpdateFunctionCodeCommand({
        FunctionName: "moving",
        ZipFile: pythonZip(`${CODE}# changed\n`),
        Publish: true,
      }),
    );
    await client.send(new UpdateAliasCommand({ FunctionName: "moving", Name: "live", FunctionVersion: "2" }));
    await status("moving", "live", "READY");
    const second = (await invoke(client, "moving", {}, { Qualifier: "live" })).payload as Reply;
    assert.deepEqual([second[0], second[2]], ["provisioned-concurrency", "2"]);
    assert.equal((await alive()) - before, 1);
    const { ProvisionedConcurrencyConfigs = [] } = await client.send(
      new ListProvisionedConcurrencyConfigsCommand({ FunctionName: "moving" }),
    );
    assert.deepEqual(
      ProvisionedConcurrencyConfigs.map((config) => [config.FunctionArn, config.Status]),
      [[`${ARN}:moving:live`, "READY"]],
    );
    await client.send(new DeleteAliasCommand({ FunctionName: "moving", Name: "live" }));
    await waitFor("its environment to end", async () => ((await alive()) === before ? true : undefined));
    assert.deepEqual(
      (await client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: "moving" })))
        .ProvisionedConcurrencyConfigs,
      [],
    );
  });

  it("fails where the function cannot be initialised", async () => {
    await createFunction(client, "broken", pythonZip("raise ValueError('no')"));
    await client.send(new PublishVersionCommand({ FunctionName: "broken" }));
    await put("broken", "1", 2);
    const failed = await status("broken", "1", "FAILED");
    assert.deepEqual(
      [failed.StatusReason, failed.AllocatedProvisionedConcurrentExecutions],
      ["FUNCTION_ERROR_INIT_FAILURE", 0],
    );
  });

  it("takes its share out of a reservation: nothing is left for $LATEST", async () => {
    await functionWithVersion("reserved");
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "reserved", ReservedConcurrentExecutions: 1 }),
    );
    await put("reserved", "1", 1);
    await status("reserved", "1", "READY");
    const refused = await refusalOf(invoke(client, "reserved"));
    assert.deepEqual(
      [refused.name, refused.members["Reason"]],
      ["TooManyRequestsException", "ReservedFunctionConcurrentInvocationLimitExceeded"],
    );
    assert.equal((await invoke(client, "reserved", {}, { Qualifier: "1" })).status, 200);
    const tooMuch = await refusalOf(put("reserved", "1", 2));
    assert.equal(
      tooMuch.message,
      "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    );
    const lowered = await refusalOf(
      client.send(
        new PutFunctionConcurrencyCommand({ FunctionName: "reserved", ReservedConcurrentExecutions: 0 }),
      ),
    );
    assert.equal(
      lowered.message,
      " ReservedConcurrentExecutions  0 should not be lower than function's total provisioned concurrency [1].",
    );
  });

  it("is refused in AWS's words", async () => {
    await functionWithVersion("words");
    await client.send(new CreateAliasCommand({ FunctionName: "words", Name: "a", FunctionVersion: "1" }));
    const words = async (call: Promise<unknown>) => {
      const { name, message } = await refusalOf(call);
      return `${name}: ${message}`;
    };
    const parameter = "InvalidParameterValueException: ";
    assert.equal(
      await words(put("words", "$LATEST", 1)),
      `${parameter}Provisioned Concurrency Configs cannot be applied to unpublished function versions.`,
    );
    for (const call of [get("words", "$LATEST"), remove("words", "$LATEST")]) {
      assert.equal(
        await words(call),
        `${parameter}The function resource provided must be an alias or a published version.`,
      );
    }
    assert.equal(
      await words(put("words", "b", 1)),
      `ResourceNotFoundException: Cannot find alias arn: ${ARN}:words:b`,
    );
    assert.equal(
      await words(put("words", "9", 1)),
      `ResourceNotFoundException: Function not found: ${ARN}:words:9`,
    );
    assert.match(
      await words(put("words", "1", 0)),
      /ValidationException: 1 validation error .* greater than or equal to 1/,
    );
    assert.match(
      await words(put("words", "1", 100_000)),
      /greater than account's unreserved concurrency \[\d+\]\.$/,
    );
    assert.match(await words(put("words", "1", 950)), /below its minimum value of \[100\]\.$/);
    await put("words", "1", 1);
    assert.equal(
      await words(put("words", "a", 1)),
      "ResourceConflictException: Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    );
    await remove("words", "1");
    await put("words", "a", 1);
    assert.equal(
      await words(put("words", "1", 1)),
      "ResourceConflictException: Version is pointed by a Provisioned Concurrency alias",
    );
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "words",
        Runtime: "python3.12",
        SnapStart: { ApplyOn: "PublishedVersions" },
      }),
    );
    await client.send(new PublishVersionCommand({ FunctionName: "words" }));
    assert.match(await words(put("words", "2", 1)), /not supported for functions with SnapStart/);
    await client.send(new DeleteFunctionCommand({ FunctionName: "words" }));
  });

  it("is there again after a restart", async () => {
    const dataDir = await temporaryFolder();
    const first = await spawnServer(dataDir);
    client = lambdaClient(first.url);
    await functionWithVersion("kept");
    await put("kept", "1", 1);
    first.child.kill("SIGKILL");
    await first.exited;
    const second = await spawnServer(dataDir);
    client = lambdaClient(second.url);
    await status("kept", "1", "READY");
    assert.equal(
      ((await invoke(client, "kept", {}, { Qualifier: "1" })).payload as Reply)[0],
      "provisioned-concurrency",
    );
    second.child.kill("SIGTERM");
    await second.exited;
    client = lambdaClient(server.url);
  });
});
