/** Function URLs: their configuration, and HTTP requests that reach functions through them. */
import assert from "node:assert/strict";
import { type IncomingHttpHeaders, request } from "node:http";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionUrlConfigCommand,
  type LambdaClient,
  ListFunctionUrlConfigsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateFunctionUrlConfigCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, NODE, nodeZip, refusalOf, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";

/** Returns the event, or what the event's body says it should. */
const MIRROR = nodeZip(`
exports.handler = async (event) => {
  if (event.rawPath === "/answer") return JSON.parse(event.body);
  if (event.rawPath === "/fail") throw new Error("no");
  return event;
};
`);

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** Not every resolver knows the subdomains of localhost, so the name travels in the Host header alone. */
function call(url: string, path: string, { method = "GET", headers = {}, body }: Sent = {}): Promise<Answer> {
  const { host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: "127.0.0.1", port, path, method, headers: { ...headers, host } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("function URLs", () => {
  let server: TestServer;
  let client: LambdaClient;
  let url: string;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "mirror", MIRROR, NODE);
    url = await createUrl("mirror");
  });
  after(() => server.stop());

  async function createUrl(FunctionName: string, options: object = {}): Promise<string> {
    const created = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: "NONE", ...options }),
    );
    return created.FunctionUrl ?? "";
  }

  async function answered(value: unknown): Promise<Answer> {
    return call(url, "/answer", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(value),
    });
  }

  it("are created, shown, changed, listed and deleted as on AWS", async () => {
    await createFunction(client, "configured", MIRROR, NODE);
    await client.send(new PublishVersionCommand({ FunctionName: "configured" }));
    await client.send(
      new CreateAliasCommand({ FunctionName: "configured", Name: "live", FunctionVersion: "1" }),
    );
    const created = await client.send(
      new CreateFunctionUrlConfigCommand({ FunctionName: "configured", AuthType: "NONE" }),
    );
    assert.equal(created.$metadata.httpStatusCode, 201);
    assert.match(
      created.FunctionUrl ?? "",
      /^http:\/\/[a-z0-9]{32}\.lambda-url\.us-east-1\.localhost:\d+\/$/,
    );
    assert.deepEqual(
      [created.FunctionArn, created.AuthType, created.InvokeMode],
      [`${ARN}:configured`, "NONE", undefined],
    );
    const twice = await refusalOf(createUrl("configured"));
    assert.equal(
      twice.message,
      `Failed to create function url config for [functionArn = ${ARN}:configured]. ` +
        "Error message:  FunctionUrlConfig exists for this Lambda function",
    );
    const get = (options: object = {}) =>
      client.send(new GetFunctionUrlConfigCommand({ FunctionName: "configured", ...options }));
    assert.equal((await get()).InvokeMode, "BUFFERED");
    const updated = await client.send(
      new UpdateFunctionUrlConfigCommand({ FunctionName: "configured", Cors: { AllowOrigins: ["*"] } }),
    );
    assert.deepEqual(updated.Cors, { AllowOrigins: ["*"] });
    assert.equal(updated.AuthType, "NONE");
    await createUrl("configured", { Qualifier: "live" });
    const listed = await client.send(new ListFunctionUrlConfigsCommand({ FunctionName: "configured" }));
    assert.deepEqual(
      listed.FunctionUrlConfigs?.map((config) => config.FunctionArn),
      [`${ARN}:configured`, `${ARN}:configured:live`],
    );
    await client.send(new DeleteFunctionUrlConfigCommand({ FunctionName: "configured" }));
    const gone = await refusalOf(get());
    assert.deepEqual([gone.status, gone.message], [404, "The resource you requested does not exist."]);
    assert.equal((await refusalOf(createUrl("nobody"))).message, "Function does not exist");
    assert.equal((await refusalOf(createUrl("configured", { Qualifier: "1" }))).name, "ValidationException");
    // The same function has the same URL again.
    assert.equal(await createUrl("configured"), created.FunctionUrl);
  });

  it("deliver the request as an event of format 2.0", async () => {
    const answer = await call(url, "/a%20b/c?x=1&y=2&x=3&z=%C3%BC", {
      method: "PUT",
      headers: {
        "Content-Type": "text/plain",
        "X-Custom": "Value",
        Cookie: "a=1; b=2",
        "User-Agent": "tests",
      },
      body: "hello ü",
    });
    assert.equal(answer.status, 200);
    const event = JSON.parse(answer.body.toString());
    const { headers, requestContext, ...rest } = event;
    assert.deepEqual(rest, {
      version: "2.0",
      routeKey: "$default",
      rawPath: "/a%20b/c",
      rawQueryString: "x=1&y=2&x=3&z=%C3%BC",
      cookies: ["a=1", "b=2"],
      queryStringParameters: { x: "1,3", y: "2", z: "ü" },
      body: "hello ü",
      isBase64Encoded: false,
    });
    assert.equal(headers["x-custom"], "Value");
    assert.equal(headers["cookie"], undefined);
    assert.equal(headers["x-forwarded-proto"], "http");
    const { time, timeEpoch, requestId, domainName, domainPrefix, apiId, ...context } = requestContext;
    assert.match(time, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    assert.ok(Math.abs(timeEpoch - Date.now()) < 60_000);
    assert.equal(requestId, answer.headers["x-amzn-requestid"]);
    assert.equal(domainName, `${domainPrefix}.lambda-url.us-east-1.localhost`);
    assert.equal(apiId, domainPrefix);
    assert.deepEqual(context, {
      accountId: "anonymous",
      http: {
        method: "PUT",
        path: "/a b/c",
        protocol: "HTTP/1.1",
        sourceIp: "127.0.0.1",
        userAgent: "tests",
      },
      routeKey: "$default",
      stage: "$default",
    });
    const binary = Buffer.from([0, 255, 1]);
    const bytes = JSON.parse(
      (
        await call(url, "/", {
          method: "POST",
          headers: { "Content-Type": "application/octet-stream" },
          body: binary,
        })
      ).body.toString(),
    );
    assert.deepEqual([bytes.body, bytes.isBase64Encoded], [binary.toString("base64"), true]);
    const empty = JSON.parse((await call(url, "/")).body.toString());
    assert.deepEqual([empty.body, empty.isBase64Encoded, empty.cookies], [undefined, false, undefined]);
  });

  it("turn what the function returns into an answer", async () => {
    const full = await answered({
      statusCode: 418,
      headers: { "X-Custom": "v", "Content-Type": "text/html" },
      cookies: ["a=1; Secure", "b=2"],
      body: "<p>tea</p>",
    });
    assert.deepEqual([full.status, full.body.toString()], [418, "<p>tea</p>"]);
    assert.deepEqual([full.headers["x-custom"], full.headers["content-type"]], ["v", "text/html"]);
    assert.deepEqual(full.headers["set-cookie"], ["a=1; Secure", "b=2"]);
    const binary = await answered({ statusCode: 200, body: "AP8B", isBase64Encoded: true });
    assert.deepEqual(binary.body, Buffer.from([0, 255, 1]));
    for (const [value, text] of [
      [{ hello: "world" }, '{"hello":"world"}'],
      [["hello", 3, true], '["hello",3,true]'],
      ["hello", "hello"],
      [3.1, "3.1"],
      [true, "true"],
      [null, "null"],
    ] as const) {
      const answer = await answered(value);
      assert.deepEqual(
        [answer.status, answer.headers["content-type"], answer.body.toString()],
        [200, "application/json", text],
      );
    }
    for (const bad of [
      { statusCode: "many" },
      { statusCode: 99 },
      { statusCode: 200, headers: { "bad name": "x" } },
      { statusCode: 200, headers: { x: "a\r\nb: c" } },
      { statusCode: 200, cookies: ["a=1\r\nset-cookie: b=2"] },
    ]) {
      assert.equal((await answered(bad)).status, 502, JSON.stringify(bad));
    }
    const lying = await answered({
      statusCode: 200,
      headers: { "Content-Length": "1", "Transfer-Encoding": "chunked", Connection: "close" },
      body: "whole",
    });
    assert.equal(lying.body.toString(), "whole");
    const failed = await call(url, "/fail");
    assert.deepEqual([failed.status, failed.body.toString()], [502, "Internal Server Error"]);
  });

  it("answer preflights themselves and add what browsers need", async () => {
    await createFunction(client, "cors", MIRROR, NODE);
    const own = await createUrl("cors", {
      Cors: {
        AllowOrigins: ["https://one.example"],
        AllowMethods: ["GET", "PUT"],
        AllowHeaders: ["x-custom"],
        ExposeHeaders: ["x-out"],
        AllowCredentials: true,
        MaxAge: 60,
      },
    });
    const preflight = (origin: string) =>
      call(own, "/", { method: "OPTIONS", headers: { origin, "access-control-request-method": "PUT" } });
    const { headers } = await preflight("https://one.example");
    assert.equal(headers["access-control-allow-origin"], "https://one.example");
    assert.equal(headers["access-control-allow-methods"], "GET,PUT");
    assert.equal(headers["access-control-allow-headers"], "x-custom");
    assert.equal(headers["access-control-allow-credentials"], "true");
    assert.equal(headers["access-control-max-age"], "60");
    assert.equal((await preflight("https://two.example")).headers["access-control-allow-origin"], undefined);
    const answer = await call(own, "/", { headers: { origin: "https://one.example" } });
    assert.equal(answer.headers["access-control-allow-origin"], "https://one.example");
    assert.equal(answer.headers["access-control-expose-headers"], "x-out");
  });

  it("ask for credentials where they should, and lead nowhere for strangers", async () => {
    await createFunction(client, "private", MIRROR, NODE);
    const own = await createUrl("private", { AuthType: "AWS_IAM" });
    const anonymous = await call(own, "/");
    assert.equal(anonymous.status, 403);
    assert.equal(anonymous.headers["x-amzn-errortype"], "AccessDeniedException");
    assert.match(anonymous.body.toString(), /^\{"Message":"Forbidden\. For troubleshooting/);
    const signed = await call(own, "/", {
      headers: {
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0",
      },
    });
    const { requestContext } = JSON.parse(signed.body.toString());
    assert.equal(requestContext.authorizer.iam.accessKey, "AKID");
    const unknown = await call(url.replace(/\/\/[a-z0-9]{32}/, `//${"0".repeat(32)}`), "/");
    assert.deepEqual([unknown.status, unknown.body.toString()], [403, '{"Message":null}']);
  });

  it("are throttled like every call, and follow their alias", async () => {
    await createFunction(client, "limited", MIRROR, NODE);
    await client.send(new PublishVersionCommand({ FunctionName: "limited" }));
    await client.send(
      new CreateAliasCommand({ FunctionName: "limited", Name: "live", FunctionVersion: "1" }),
    );
    const own = await createUrl("limited", { Qualifier: "live" });
    assert.equal((await call(own, "/")).status, 200);
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "limited", ReservedConcurrentExecutions: 0 }),
    );
    assert.equal((await call(own, "/")).status, 429);
    await client.send(new DeleteAliasCommand({ FunctionName: "limited", Name: "live" }));
    assert.equal((await call(own, "/")).status, 403);
  });

  it("in RESPONSE_STREAM mode take status and headers from the prelude", async () => {
    const source = `
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const out = event.rawPath === "/plain" ? stream
          : awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "b" }, cookies: ["c=1"] });
        out.write("one,");
        out.write("two");
        out.end();
      });`;
    await createFunction(client, "streams", zip({ "index.mjs": source }), NODE);
    const own = await createUrl("streams", { InvokeMode: "RESPONSE_STREAM" });
    const answer = await call(own, "/");
    assert.deepEqual([answer.status, answer.headers["x-a"], answer.body.toString()], [201, "b", "one,two"]);
    assert.deepEqual(answer.headers["set-cookie"], ["c=1"]);
    const plain = await call(own, "/plain");
    assert.deepEqual(
      [plain.status, plain.headers["content-type"], plain.body.toString()],
      [200, "application/octet-stream", "one,two"],
    );
  });

  it("refuse a body over 6 MB without calling the function", async () => {
    const large = await call(url, "/", { method: "POST", body: Buffer.alloc(6 * 1024 * 1024 + 1) });
    assert.equal(large.status, 413);
  });
});
