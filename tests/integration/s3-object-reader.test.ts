/** What becomes of reads when the S3 server is odd, slow, broken or not there: a scripted peer plays it. */
import assert from "node:assert/strict";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import {
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { ObjectReadError, S3Objects } from "../../src/store/mod.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { startTestServer } from "../../testkit/server.ts";

const SCOPE = { accountId: "111122223333", region: "eu-west-1" };
const LOCATION = { bucket: "a-bucket", key: "a key/with ümlauts.zip", versionId: undefined };
const BYTES_MAX = 1000;
const READ_MS_MAX = 5000;

describe("reading from odd S3 servers", () => {
  const peers: Server[] = [];
  after(() => {
    for (const peer of peers) {
      peer.closeAllConnections();
      peer.close();
    }
  });

  async function peer(script: RequestListener): Promise<string> {
    const server = createServer(script).listen(0, "127.0.0.1");
    peers.push(server);
    await new Promise((resolve) => server.once("listening", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const read = (endpointUrl: string, options: { versionId?: string; readMsMax?: number } = {}) => {
    const { versionId, readMsMax = READ_MS_MAX } = options;
    const reader = new S3Objects({ endpointUrl, credentials: undefined }, readMsMax);
    return buffer(reader.read(SCOPE, { ...LOCATION, versionId }, BYTES_MAX));
  };

  async function failureOf(reading: Promise<unknown>) {
    const error = await reading.then(
      () => assert.fail("the object was read"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ObjectReadError, String(error));
    return error.failure;
  }

  it("asks path-style, in the caller's region, with a key of the caller's account", async () => {
    let asked: IncomingMessage | undefined;
    const url = await peer((request, response) => {
      asked = request;
      response.end("content");
    });
    assert.equal(String(await read(url, { versionId: "v1" })), "content");
    const { pathname, searchParams } = new URL(asked?.url ?? "", url);
    assert.equal(decodeURIComponent(pathname), `/${LOCATION.bucket}/${LOCATION.key}`);
    assert.equal(searchParams.get("versionId"), "v1");
    assert.match(asked?.headers.authorization ?? "", /Credential=111122223333\/\d{8}\/eu-west-1\/s3\//);
  });

  it("passes a refusal on as it was worded", async () => {
    const url = await peer((_request, response) => {
      response.writeHead(404, { "Content-Type": "application/xml" });
      response.end("<Error><Code>NoSuchVersion</Code><Message>The version is gone.</Message></Error>");
    });
    const failure = await failureOf(read(url, { versionId: "v2" }));
    assert.deepEqual(failure, { kind: "refused", code: "NoSuchVersion", message: "The version is gone." });
  });

  it("stops at the bound, whether the size is announced or not", async () => {
    for (const headers of [{ "Content-Length": BYTES_MAX + 1 }, { "Transfer-Encoding": "chunked" }]) {
      const url = await peer((_request, response) => {
        response.writeHead(200, headers as Record<string, string>);
        response.end(Buffer.alloc(BYTES_MAX + 1));
      });
      assert.deepEqual(await failureOf(read(url)), { kind: "tooLarge" });
    }
  });

  it("gives up on a server that answers nothing, or begins and never ends", async () => {
    const scripts: RequestListener[] = [() => {}, (_request, response) => response.write("the beginning")];
    for (const script of scripts) {
      const failure = await failureOf(read(await peer(script), { readMsMax: 300 }));
      assert.equal(failure.kind, "failed");
      assert.match(failure.kind === "failed" ? failure.message : "", /took longer than 0\.3 s/);
    }
  });

  it("fails on an answer that breaks off, on what is no S3, and where nobody listens", async () => {
    const broken = await peer((_request, response) => {
      response.writeHead(200, { "Content-Length": 500 });
      response.write("the beginning", () => response.destroy());
    });
    const html = await peer((_request, response) => {
      response.writeHead(500, { "Content-Type": "text/html" }).end("<html><br>Oh no</html>");
    });
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const nobody = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    await new Promise((resolve) => closed.close(resolve));
    for (const url of [broken, html, nobody]) {
      const failure = await failureOf(read(url));
      assert.notEqual(failure.kind, "tooLarge", url);
    }
    const failure = await failureOf(read(nobody));
    assert.match(failure.kind === "failed" ? failure.message : "", /ECONNREFUSED/);
  });

  it("reaches callers as a refusal of their request, in AWS's words where AWS has any", async () => {
    const archive = pythonZip("def lambda_handler(event, context):\n    return 'second version'\n");
    const url = await peer((request, response) => {
      const versionId = new URL(request.url ?? "", "http://peer").searchParams.get("versionId");
      if (versionId === "second") return void response.end(archive);
      const code = versionId === "secret" ? "AccessDenied" : "NoSuchVersion";
      response.writeHead(versionId === "secret" ? 403 : 404, { "Content-Type": "application/xml" });
      response.end(`<Error><Code>${code}</Code><Message>Words.</Message></Error>`);
    });
    const server = await startTestServer({ LAMBKIN_S3_ENDPOINT_URL: url });
    const client = lambdaClient(server.url);
    const create = (S3ObjectVersion: string) =>
      createFunction(client, "versioned", archive, {
        Code: { S3Bucket: "a-bucket", S3Key: "a.zip", S3ObjectVersion },
      });
    const gone = await refusalOf(create("first"));
    assert.equal(gone.name, "InvalidParameterValueException");
    assert.equal(
      gone.message,
      "Error occurred while GetObject. S3 Error Code: NoSuchVersion. " +
        "S3 Error Message: The specified version does not exist.",
    );
    const denied = await refusalOf(create("secret"));
    assert.equal(denied.name, "AccessDeniedException");
    assert.equal(denied.status, 403);
    assert.match(denied.message, /GetObject for a-bucket\/a\.zip\. S3 Error Code: AccessDenied/);
    await create("second");
    assert.equal((await invoke(client, "versioned")).payload, "second version");
    await server.stop();
  });

  it("undoes nothing that is changed while the code is on its way", async () => {
    const archive = pythonZip("def lambda_handler(event, context):\n    return 'late'\n");
    const asked = Promise.withResolvers<ServerResponse>();
    const url = await peer((_request, response) => asked.resolve(response));
    const server = await startTestServer({ LAMBKIN_S3_ENDPOINT_URL: url });
    const client = lambdaClient(server.url);
    await createFunction(
      client,
      "slow",
      pythonZip("def lambda_handler(event, context):\n    return 'early'\n"),
    );
    const update = client.send(
      new UpdateFunctionCodeCommand({ FunctionName: "slow", S3Bucket: "a-bucket", S3Key: "a.zip" }),
    );
    const response = await asked.promise;
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "slow", MemorySize: 256 }));
    await waitUntilFunctionUpdatedV2({ client, maxWaitTime: 30 }, { FunctionName: "slow" });
    response.end(archive);
    assert.equal((await update).MemorySize, 256);
    assert.equal((await invoke(client, "slow")).payload, "late");
    await server.stop();
  });
});
