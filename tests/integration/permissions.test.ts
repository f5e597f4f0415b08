/** Resource policies and tags. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  type LambdaClient,
  ListTagsCommand,
  PublishVersionCommand,
  RemovePermissionCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const HELLO = pythonZip("def lambda_handler(e, c): return 1");

describe("permissions and tags", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "f", HELLO);
    await client.send(new PublishVersionCommand({ FunctionName: "f" }));
    await client.send(new CreateAliasCommand({ FunctionName: "f", Name: "live", FunctionVersion: "1" }));
  });
  after(() => server.stop());

  const add = (StatementId: string, options: object = {}) =>
    client.send(
      new AddPermissionCommand({
        FunctionName: "f",
        StatementId,
        Action: "lambda:InvokeFunction",
        Principal: "s3.amazonaws.com",
        ...options,
      }),
    );
  const remove = (StatementId: string, options: object = {}) =>
    client.send(new RemovePermissionCommand({ FunctionName: "f", StatementId, ...options }));
  const policy = (options: object = {}) =>
    client.send(new GetPolicyCommand({ FunctionName: "f", ...options }));

  it("adds statements in AWS's form, with every condition", async () => {
    const simple = await add("simple");
    assert.equal(simple.$metadata.httpStatusCode, 201);
    assert.deepEqual(JSON.parse(simple.Statement ?? ""), {
      Sid: "simple",
      Effect: "Allow",
      Principal: { Service: "s3.amazonaws.com" },
      Action: "lambda:InvokeFunction",
      Resource: `${ARN}:f`,
    });
    const full = await add("full", {
      Principal: "111122223333",
      SourceArn: "arn:aws:s3:::bucket",
      SourceAccount: "111122223333",
      EventSourceToken: "token",
      PrincipalOrgID: "o-1234567890",
      FunctionUrlAuthType: "NONE",
    });
    const statement = JSON.parse(full.Statement ?? "");
    assert.deepEqual(statement.Principal, { AWS: "arn:aws:iam::111122223333:root" });
    assert.deepEqual(statement.Condition, {
      StringEquals: {
        "AWS:SourceAccount": "111122223333",
        "lambda:EventSourceToken": "token",
        "lambda:FunctionUrlAuthType": "NONE",
        "aws:PrincipalOrgID": "o-1234567890",
      },
      ArnLike: { "AWS:SourceArn": "arn:aws:s3:::bucket" },
    });
    assert.equal(JSON.parse((await add("all", { Principal: "*" })).Statement ?? "").Principal, "*");
    const document = JSON.parse((await policy()).Policy ?? "");
    assert.deepEqual([document.Version, document.Id], ["2012-10-17", "default"]);
    assert.deepEqual(
      document.Statement.map((each: { Sid: string }) => each.Sid),
      ["simple", "full", "all"],
    );
    for (const sid of ["simple", "full", "all"]) {
      assert.equal((await remove(sid)).$metadata.httpStatusCode, 204);
    }
    const gone = await refusalOf(policy());
    assert.deepEqual([gone.status, gone.message], [404, "The resource you requested does not exist."]);
  });

  it("keeps the policies of function, version and alias apart", async () => {
    for (const Qualifier of [undefined, "1", "live"]) {
      const { Statement } = await add("own", { Qualifier });
      const resource = Qualifier === undefined ? `${ARN}:f` : `${ARN}:f:${Qualifier}`;
      assert.equal(JSON.parse(Statement ?? "").Resource, resource);
      assert.equal(JSON.parse((await policy({ Qualifier })).Policy ?? "").Statement[0].Resource, resource);
      await remove("own", { Qualifier });
    }
  });

  it("guards a change by the revision, which moves with it", async () => {
    await add("first");
    const { RevisionId } = await policy();
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: "f" }));
    assert.equal(Configuration?.RevisionId, RevisionId);
    await add("second", { RevisionId });
    const stale = await refusalOf(add("third", { RevisionId }));
    assert.equal(stale.status, 412);
    assert.match(stale.message, /Call the GetPolicy API to retrieve the latest Revision Id$/);
    assert.equal((await refusalOf(remove("first", { RevisionId }))).status, 412);
    await Promise.all([remove("first"), remove("second")]);
  });

  it("says what is wrong in AWS's words", async () => {
    await add("taken");
    const message = async (call: Promise<unknown>) => (await refusalOf(call)).message;
    assert.equal(
      await message(add("taken")),
      "The statement id (taken) provided already exists. Please provide a new statement id, or remove the existing statement.",
    );
    assert.equal(
      await message(add("p", { Principal: "nobody" })),
      "The provided principal was invalid. Please check the principal and try again.",
    );
    assert.equal(
      await message(add("l", { Qualifier: "$LATEST" })),
      "We currently do not support adding policies for $LATEST.",
    );
    assert.equal(await message(add("v", { Qualifier: "9" })), `Function not found: ${ARN}:f:9`);
    assert.equal(await message(add("a", { Qualifier: "none" })), `Cannot find alias arn: ${ARN}:f:none`);
    assert.equal(await message(add("f", { FunctionName: "none" })), `Function not found: ${ARN}:none`);
    assert.equal(await message(remove("other")), "Statement other is not found in resource policy.");
    assert.equal(
      await message(remove("x", { Qualifier: "1" })),
      "No policy is associated with the given resource.",
    );
    assert.equal(await message(remove("x", { FunctionName: "none" })), `No policy found for: ${ARN}:none`);
    assert.equal(await message(remove("x", { Qualifier: "none" })), `Cannot find alias arn: ${ARN}:f:none`);
    await remove("taken");
  });

  it("bounds a policy to 20 KB", async () => {
    await createFunction(client, "long", HELLO);
    let refused: { name: string } | undefined;
    for (let index = 0; index < 200 && refused === undefined; index++) {
      await add(`statement-${index}`, {
        FunctionName: "long",
        SourceArn: `arn:aws:s3:::${"b".repeat(60)}`,
      }).catch((error: Error) => {
        refused = error;
      });
    }
    assert.equal(refused?.name, "PolicyLengthExceededException");
  });

  it("forgets a policy with its function", async () => {
    await createFunction(client, "brief", HELLO);
    await add("s", { FunctionName: "brief" });
    await client.send(new DeleteFunctionCommand({ FunctionName: "brief" }));
    await createFunction(client, "brief", HELLO);
    assert.equal((await refusalOf(policy({ FunctionName: "brief" }))).status, 404);
  });

  it("tags functions, shows the tags, and takes them off", async () => {
    const Resource = `${ARN}:f`;
    const tag = (Tags: Record<string, string>) => client.send(new TagResourceCommand({ Resource, Tags }));
    const tags = async () => (await client.send(new ListTagsCommand({ Resource }))).Tags;
    const before = (await client.send(new GetFunctionCommand({ FunctionName: "f" }))).Configuration
      ?.RevisionId;
    assert.equal((await tag({ a: "1", b: "2" })).$metadata.httpStatusCode, 204);
    await tag({ b: "3" });
    assert.deepEqual(await tags(), { a: "1", b: "3" });
    const { Configuration, Tags } = await client.send(new GetFunctionCommand({ FunctionName: "f" }));
    assert.deepEqual(Tags, { a: "1", b: "3" });
    assert.notEqual(Configuration?.RevisionId, before);
    await client.send(new UntagResourceCommand({ Resource, TagKeys: ["a", "not there"] }));
    assert.deepEqual(await tags(), { b: "3" });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, "v"]));
    assert.equal((await refusalOf(tag(many))).message, "Number of tags exceeds resource tag limit.");
    assert.equal(
      (await refusalOf(tag({}))).message,
      "An error occurred and the request cannot be processed.",
    );
    for (const qualified of [`${Resource}:live`, `${Resource}:1`]) {
      assert.equal(
        (await refusalOf(client.send(new ListTagsCommand({ Resource: qualified })))).message,
        "Tags on function aliases and versions are not supported. Please specify a function ARN.",
      );
    }
    const missing = await refusalOf(client.send(new ListTagsCommand({ Resource: `${ARN}:none` })));
    assert.equal(missing.message, `Function not found: ${ARN}:none`);
  });
});
