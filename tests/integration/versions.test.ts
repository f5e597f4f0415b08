/** Versions and aliases: what is frozen, what is shared, and where a qualifier leads. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, ROLE, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";

function saying(text: string): Uint8Array {
  return pythonZip(`
import os
def lambda_handler(event, context):
    return {"says": "${text}", "stage": os.environ.get("STAGE"), "version": context.function_version,
            "variable": os.environ["AWS_LAMBDA_FUNCTION_VERSION"], "arn": context.invoked_function_arn,
            "stream": context.log_stream_name}
`);
}

interface Said {
  readonly says: string;
  readonly stage: string;
  readonly version: string;
  readonly variable: string;
  readonly arn: string;
  readonly stream: string;
}

describe("versions and aliases", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
  });
  after(() => server.stop());

  const publish = (FunctionName: string, options: object = {}) =>
    client.send(new PublishVersionCommand({ FunctionName, ...options }));
  const change = (FunctionName: string, text: string) =>
    client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: saying(text) }));

  /** A function with versions 1 ("one"), 2 ("two") and `$LATEST` ("three"). */
  async function threeStates(name: string): Promise<void> {
    await createFunction(client, name, saying("one"), { Environment: { Variables: { STAGE: "s1" } } });
    await publish(name);
    await change(name, "two");
    await client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: name,
        Environment: { Variables: { STAGE: "s2" } },
      }),
    );
    await publish(name);
    await change(name, "three");
  }

  async function said(FunctionName: string, Qualifier?: string): Promise<Said> {
    const answer = await invoke(client, FunctionName, {}, Qualifier === undefined ? {} : { Qualifier });
    assert.equal(answer.functionError, undefined);
    assert.equal(answer.version, (answer.payload as Said).version);
    return answer.payload as Said;
  }

  it("run their own code and settings, in environments of their own", async () => {
    await threeStates("frozen");
    const one = await said("frozen", "1");
    assert.equal(one.says, "one");
    assert.equal(one.stage, "s1");
    assert.equal(one.variable, "1");
    assert.equal(one.arn, `${ARN}:frozen:1`);
    assert.match(one.stream, /\/\[1\][0-9a-f]{32}$/);
    const two = await said("frozen:2");
    assert.deepEqual([two.says, two.stage, two.version], ["two", "s2", "2"]);
    const latest = await said(`${ARN}:frozen:$LATEST`);
    assert.deepEqual([latest.says, latest.version], ["three", "$LATEST"]);
    assert.equal((await said("frozen")).arn, `${ARN}:frozen`);
    const missing = await refusalOf(said("frozen", "9"));
    assert.equal(missing.message, `Function not found: ${ARN}:frozen:9`);
  });

  it("are answered as AWS answers them, and published only when something changed", async () => {
    await createFunction(client, "same", saying("x"), { Description: "of $LATEST" });
    const first = await publish("same", { Description: "of version 1" });
    assert.equal(first.$metadata.httpStatusCode, 201);
    assert.equal(first.Version, "1");
    assert.equal(first.FunctionArn, `${ARN}:same:1`);
    assert.equal(first.State, "Active");
    assert.equal(first.LastUpdateStatus, "Successful");
    assert.equal(first.Description, "of version 1");
    const again = await publish("same", { Description: "another" });
    assert.equal(again.Version, "1");
    assert.equal(again.RevisionId, first.RevisionId);
    assert.equal(again.Description, "of version 1");
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "same", Timeout: 15 }));
    assert.equal((await publish("same")).Version, "1", "an update that changes nothing is no change");
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "same", Timeout: 16 }));
    assert.equal((await publish("same")).Version, "2");
  });

  it("guard against a code or a revision that is not the one meant", async () => {
    await createFunction(client, "guard", saying("x"));
    const { CodeSha256, RevisionId } = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: "guard" }),
    );
    const code = await refusalOf(publish("guard", { CodeSha256: "other" }));
    assert.equal(code.name, "InvalidParameterValueException");
    assert.equal(
      code.message,
      `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${CodeSha256}). ` +
        "Please try again with the CodeSHA256 in $LATEST.",
    );
    assert.equal(
      (await refusalOf(publish("guard", { RevisionId: "stale" }))).name,
      "PreconditionFailedException",
    );
    assert.equal((await publish("guard", { CodeSha256, RevisionId })).Version, "1");
  });

  it("are never numbered twice, and start again with a new function of the name", async () => {
    await threeStates("numbers");
    const deleted = await client.send(new DeleteFunctionCommand({ FunctionName: "numbers", Qualifier: "2" }));
    assert.equal(deleted.$metadata.httpStatusCode, 204);
    await client.send(new DeleteFunctionCommand({ FunctionName: "numbers:2" }));
    assert.equal((await publish("numbers")).Version, "3");
    await client.send(new DeleteFunctionCommand({ FunctionName: "numbers" }));
    await createFunction(client, "numbers", saying("again"));
    assert.equal((await publish("numbers")).Version, "1");
    assert.equal((await said("numbers", "1")).says, "again");
  });

  it("can be published with a creation and with new code", async () => {
    const created = await client.send(
      new CreateFunctionCommand({
        FunctionName: "at-once",
        Runtime: "python3.11",
        Handler: "lambda_function.lambda_handler",
        Role: ROLE,
        Publish: true,
        Code: { ZipFile: saying("one") },
      }),
    );
    assert.deepEqual(
      [created.Version, created.FunctionArn, created.State, created.LastUpdateStatus],
      ["1", `${ARN}:at-once:1`, "Pending", undefined],
    );
    const updated = await client.send(
      new UpdateFunctionCodeCommand({ FunctionName: "at-once", ZipFile: saying("two"), Publish: true }),
    );
    assert.deepEqual(
      [updated.Version, updated.FunctionArn, updated.State],
      ["2", `${ARN}:at-once:2`, "Pending"],
    );
    assert.deepEqual([(await said("at-once", "1")).says, (await said("at-once", "2")).says], ["one", "two"]);
    const second = await client.send(new GetFunctionCommand({ FunctionName: "at-once", Qualifier: "2" }));
    assert.equal(second.Configuration?.State, "Active");
  });

  it("are listed with $LATEST first, page by page, without states", async () => {
    await threeStates("listed");
    const first = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: "listed", MaxItems: 2 }),
    );
    const second = await client.send(
      new ListVersionsByFunctionCommand({ FunctionName: "listed", MaxItems: 2, Marker: first.NextMarker }),
    );
    const versions = [...(first.Versions ?? []), ...(second.Versions ?? [])];
    assert.deepEqual(
      versions.map((version) => version.FunctionArn),
      [`${ARN}:listed:$LATEST`, `${ARN}:listed:1`, `${ARN}:listed:2`],
    );
    assert.equal(second.NextMarker, undefined);
    assert.ok(versions.every((version) => version.State === undefined));
  });

  it("aliases lead to a version, move, and answer as AWS does", async () => {
    await threeStates("alias");
    const created = await client.send(
      new CreateAliasCommand({ FunctionName: "alias", Name: "live", FunctionVersion: "1", Description: "d" }),
    );
    const { $metadata, RevisionId, ...rest } = created;
    assert.equal($metadata.httpStatusCode, 201);
    assert.deepEqual(rest, {
      AliasArn: `${ARN}:alias:live`,
      Name: "live",
      FunctionVersion: "1",
      Description: "d",
    });
    const one = await said("alias", "live");
    assert.deepEqual([one.says, one.version, one.arn], ["one", "1", `${ARN}:alias:live`]);
    const configuration = await client.send(
      new GetFunctionConfigurationCommand({ FunctionName: "alias", Qualifier: "live" }),
    );
    assert.deepEqual([configuration.FunctionArn, configuration.Version], [`${ARN}:alias:live`, "1"]);
    const moved = await client.send(
      new UpdateAliasCommand({ FunctionName: "alias", Name: "live", FunctionVersion: "2", RevisionId }),
    );
    assert.notEqual(moved.RevisionId, RevisionId);
    assert.equal(moved.Description, "d");
    assert.equal((await said("alias:live")).says, "two");
    const stale = await refusalOf(
      client.send(new UpdateAliasCommand({ FunctionName: "alias", Name: "live", RevisionId })),
    );
    assert.equal(stale.name, "PreconditionFailedException");
  });

  it("aliases with weights split the calls between two versions", async () => {
    await threeStates("weights");
    await client.send(
      new CreateAliasCommand({
        FunctionName: "weights",
        Name: "split",
        FunctionVersion: "1",
        RoutingConfig: { AdditionalVersionWeights: { "2": 0.3 } },
      }),
    );
    const counts = { one: 0, two: 0 };
    for (let call = 0; call < 300; call++) {
      const answer = await said("weights", "split");
      counts[answer.says as "one" | "two"]++;
    }
    // Thirty in a hundred: outside of these bounds once in more than a million runs.
    assert.ok(counts.two > 45 && counts.two < 140, JSON.stringify(counts));
    const cleared = await client.send(
      new UpdateAliasCommand({
        FunctionName: "weights",
        Name: "split",
        RoutingConfig: { AdditionalVersionWeights: {} },
      }),
    );
    assert.equal(cleared.RoutingConfig, undefined);
    for (let call = 0; call < 20; call++) assert.equal((await said("weights", "split")).says, "one");
  });

  it("aliases refuse what AWS refuses, in its words", async () => {
    await threeStates("rules");
    const create = (options: object) =>
      refusalOf(
        client.send(
          new CreateAliasCommand({ FunctionName: "rules", Name: "a", FunctionVersion: "1", ...options }),
        ),
      );
    const weights = (AdditionalVersionWeights: Record<string, number>) => ({
      RoutingConfig: { AdditionalVersionWeights },
    });
    assert.equal((await create({ FunctionVersion: "9" })).message, `Function not found: ${ARN}:rules:9`);
    assert.equal((await create(weights({ "9": 0.5 }))).message, `Function not found: ${ARN}:rules:9`);
    assert.equal(
      (await create(weights({ "1": 0.5 }))).message,
      "Invalid function version 1. Function version 1 is already included in routing configuration.",
    );
    assert.equal(
      (await create(weights({ "1": 0.1, "2": 0.1 }))).message,
      "Number of items in AdditionalVersionWeights cannot be greater than 1",
    );
    const latest = await create({ FunctionVersion: "$LATEST", ...weights({ "1": 0.5 }) });
    assert.equal(latest.message, "$LATEST is not supported for an alias pointing to more than 1 version");
    assert.equal(latest.members["Type"], undefined);
    assert.equal((await create(weights({ "2": 1.5 }))).name, "ValidationException");
    assert.equal((await create({ Name: "7" })).name, "ValidationException");
    await client.send(new CreateAliasCommand({ FunctionName: "rules", Name: "a", FunctionVersion: "1" }));
    const twice = await create({});
    assert.deepEqual([twice.status, twice.message], [409, `Alias already exists: ${ARN}:rules:a`]);
    const get = await refusalOf(client.send(new GetAliasCommand({ FunctionName: "rules", Name: "none" })));
    assert.equal(get.message, `Cannot find alias arn: ${ARN}:rules:none`);
    const update = await refusalOf(
      client.send(new UpdateAliasCommand({ FunctionName: "rules", Name: "none" })),
    );
    assert.equal(update.message, `Alias not found: ${ARN}:rules:none`);
    const inUse = await refusalOf(
      client.send(new DeleteFunctionCommand({ FunctionName: "rules", Qualifier: "1" })),
    );
    assert.deepEqual([inUse.status, inUse.name], [409, "ResourceConflictException"]);
    const byAlias = await refusalOf(
      client.send(new DeleteFunctionCommand({ FunctionName: "rules", Qualifier: "a" })),
    );
    assert.equal(byAlias.message, "Deletion of aliases is not currently supported.");
  });

  it("aliases are listed, by version too, and deleted whether there or not", async () => {
    await threeStates("many");
    for (const [Name, FunctionVersion] of [
      ["b", "1"],
      ["a", "2"],
      ["c", "$LATEST"],
    ] as const) {
      await client.send(new CreateAliasCommand({ FunctionName: "many", Name, FunctionVersion }));
    }
    const names = async (options: object) => {
      const page = await client.send(new ListAliasesCommand({ FunctionName: "many", ...options }));
      return page.Aliases?.map((alias) => alias.Name);
    };
    assert.deepEqual(await names({}), ["a", "b", "c"]);
    assert.deepEqual(await names({ FunctionVersion: "1" }), ["b"]);
    const first = await client.send(new ListAliasesCommand({ FunctionName: "many", MaxItems: 2 }));
    assert.deepEqual(await names({ Marker: first.NextMarker }), ["c"]);
    for (let time = 0; time < 2; time++) {
      const deleted = await client.send(new DeleteAliasCommand({ FunctionName: "many", Name: "b" }));
      assert.equal(deleted.$metadata.httpStatusCode, 204);
    }
    assert.deepEqual(await names({}), ["a", "c"]);
  });

  it("keep answering from exactly what was asked for while everything changes", async () => {
    await threeStates("storm");
    await client.send(new CreateAliasCommand({ FunctionName: "storm", Name: "live", FunctionVersion: "1" }));
    let isOver = false;
    const changes = (async () => {
      for (let round = 0; !isOver; round++) {
        await change("storm", `latest-${round}`);
        await client.send(
          new UpdateAliasCommand({
            FunctionName: "storm",
            Name: "live",
            FunctionVersion: String((round % 2) + 1),
          }),
        );
      }
    })();
    const caller = async () => {
      for (let call = 0; call < 60; call++) {
        assert.equal((await said("storm", "1")).says, "one");
        assert.equal((await said("storm", "2")).says, "two");
        const live = await said("storm", "live");
        assert.equal(live.says, live.version === "1" ? "one" : "two");
        assert.match((await said("storm")).says, /^(three|latest-\d+)$/);
      }
    };
    await Promise.all([caller(), caller(), caller(), caller()]);
    isOver = true;
    await changes;
    await change("storm", "the last");
    assert.equal((await said("storm")).says, "the last");
  });
});
