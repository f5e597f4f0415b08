/** Whatever comes through the port gets a modelled error: never a 500, never a hang. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  type LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, ROLE, refusalOf, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer, temporaryFolder } from "../../testkit/server.ts";

const HELLO = pythonZip("def lambda_handler(event, context):\n    return 1\n");

/** Archives that no honest tool makes, from Python's zipfile. */
const HOSTILE = `
import io, sys, zipfile
kind, target = sys.argv[1:]
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
    def link(name, to):
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, to)
    if kind == "parent": archive.writestr("../escaped.py", "x")
    if kind == "deep": archive.writestr("a/../../escaped.py", "x")
    if kind == "absolute": archive.writestr("/tmp/lambkin-escaped.py", "x")
    if kind == "backslash": archive.writestr("..\\\\escaped.py", "x")
    if kind == "link": link("out", "../../../etc/passwd")
    if kind == "absolute-link": link("out", "/etc/passwd")
    if kind == "chain":
        archive.writestr("d/x.py", "x"); link("d/up", ".."); link("out", "d/up/../escaped")
        link("real", "d/up/..")
    if kind == "through-link":
        link("sub", "."); archive.writestr("sub/x.py", "x")
    if kind == "bomb":
        chunk = bytes(50 * 1024 * 1024)
        for index in range(6): archive.writestr("zeros%d" % index, chunk)
    if kind == "twice":
        archive.writestr("a.py", "1"); archive.writestr("a.py", "2")
    if kind == "file-as-folder":
        archive.writestr("a", "1"); archive.writestr("a/b", "2")
    if kind == "inner-link":
        archive.writestr("lambda_function.py", "def lambda_handler(e, c): return open('/var/task/alias.txt').read()")
        archive.writestr("data/real.txt", "through a link"); link("alias.txt", "data/real.txt")
    if kind == "empty": pass
`;

describe("bad input", () => {
  let server: TestServer;
  let client: LambdaClient;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    folder = await temporaryFolder();
    await createFunction(client, "there", HELLO);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  function hostileZip(kind: string): Buffer {
    const target = path.join(folder, `${kind}.zip`);
    execFileSync("python3", ["-W", "ignore", "-c", HOSTILE, kind, target]);
    return execFileSync("cat", [target], { maxBuffer: 1 << 28 });
  }

  async function refusedCreation(overrides: Partial<CreateFunctionCommandInput>) {
    const input = {
      FunctionName: "refused",
      Runtime: "python3.11" as const,
      Handler: "lambda_function.lambda_handler",
      Role: ROLE,
      Code: { ZipFile: HELLO },
      ...overrides,
    };
    const refusal = await refusalOf(client.send(new CreateFunctionCommand(input)));
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
    assert.ok(!Functions.some((found) => found.FunctionName === "refused"), "nothing was written");
    return refusal;
  }

  const UNZIP = "Could not unzip uploaded file. Please check your file, then try to upload again.";

  it("refuses what is not a zip", async () => {
    for (const ZipFile of [
      new TextEncoder().encode("this is not a zip"),
      HELLO.subarray(0, HELLO.length - 30),
      Buffer.concat([Buffer.alloc(100), Buffer.from(HELLO).subarray(0, 50)]),
    ]) {
      const refusal = await refusedCreation({ Code: { ZipFile } });
      assert.equal(refusal.name, "InvalidParameterValueException");
      assert.equal(refusal.status, 400);
      assert.equal(refusal.message, UNZIP);
    }
    const empty = await refusedCreation({ Code: { ZipFile: hostileZip("empty") } });
    assert.equal(empty.message, "Uploaded file must be a non-empty zip");
  });

  for (const kind of [
    ...["parent", "deep", "absolute", "backslash", "link", "absolute-link", "chain"],
    ...["through-link", "twice", "file-as-folder"],
  ]) {
    it(`refuses an archive that leaves its folder or contradicts itself: ${kind}`, async () => {
      const before = treeOf(server.dataDir);
      const refusal = await refusedCreation({ Code: { ZipFile: hostileZip(kind) } });
      assert.equal(refusal.name, "InvalidParameterValueException");
      assert.equal(refusal.message, UNZIP);
      assert.deepEqual(treeOf(server.dataDir), before, "nothing was left on disk");
      assert.ok(!existsSync("/tmp/lambkin-escaped.py"));
    });
  }

  it("refuses an archive that unzips to more than 250 MB, before writing it", async () => {
    const before = treeOf(server.dataDir);
    const refusal = await refusedCreation({ Code: { ZipFile: hostileZip("bomb") } });
    assert.equal(refusal.message, "Unzipped size must be smaller than 262144000 bytes");
    assert.deepEqual(treeOf(server.dataDir), before);
  });

  it("takes an archive whose links stay inside", async () => {
    await createFunction(client, "links", hostileZip("inner-link"));
  });

  it("refuses a zip over 50 MB and a request over 70 MB", async () => {
    const zipped = await refusedCreation({ Code: { ZipFile: Buffer.alloc(52_428_801, 1) } });
    assert.equal(zipped.status, 413);
    assert.equal(zipped.name, "RequestEntityTooLargeException");
    const request = await refusedCreation({ Code: { ZipFile: Buffer.alloc(60_000_000, 1) } });
    assert.equal(request.status, 413);
    assert.equal(
      request.message,
      "Request must be smaller than 70167211 bytes for the CreateFunction operation",
    );
  });

  it("refuses settings in AWS's words", async () => {
    const runtime = await refusedCreation({ Runtime: "python9.9" as never });
    assert.equal(runtime.name, "InvalidParameterValueException");
    assert.match(
      runtime.message,
      /^Value python9\.9 at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs26\.x, .*\] or be a valid ARN$/,
    );
    assert.match((await refusedCreation({ Runtime: "python2.7" })).message, /is no longer supported/);
    const handler = await refusedCreation({ Handler: undefined });
    assert.equal(handler.name, "InvalidParameterValueException");
    assert.match(handler.message, /^Runtime and Handler are mandatory parameters/);
    const timeout = await refusedCreation({ Timeout: 901, MemorySize: 64 });
    assert.equal(timeout.name, "ValidationException");
    assert.match(
      timeout.message,
      /at 'memorySize' failed to satisfy constraint: Member must have value greater than or equal to 128/,
    );
    const long = await refusedCreation({ Timeout: 901 });
    assert.equal(
      long.message,
      "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: " +
        "Member must have value less than or equal to 900",
    );
    const role = await refusedCreation({ Role: "nobody", FunctionName: "bad name" });
    assert.match(role.message, /^2 validation errors detected: Value .*; Value /);
    const variables = await refusedCreation({ Environment: { Variables: { BIG: "x".repeat(5000) } } });
    assert.match(variables.message, /exceeded the 4KB limit\. String measured: \{"BIG":"x+"\}$/);
    const reserved = await refusedCreation({ Environment: { Variables: { AWS_REGION: "x" } } });
    assert.match(reserved.message, /Reserved keys used in this request: AWS_REGION$/);
    const nul = await refusedCreation({ Environment: { Variables: { NUL: "a\0--bind\0/\0/mnt" } } });
    assert.equal(nul.name, "InvalidParameterValueException");
    const layer = "arn:aws:lambda:us-east-1:000000000000:layer:none:1";
    assert.equal(
      (await refusedCreation({ Layers: [layer] })).message,
      `Layer version ${layer} does not exist.`,
    );
    const none = await refusedCreation({ Code: {} });
    assert.equal(none.message, "Please provide a source for function code.");
  });

  it("refuses a payload that is not JSON", async () => {
    for (const [payload, complaint] of [
      ["not json", /Unrecognized token 'not': was expecting/],
      ["{", /Unexpected end-of-input/],
      ['{"a": }', /Unexpected character \('}' \(code 125\)\): expected a valid value/],
      [new Uint8Array([0x22, 0x87, 0x22]), /Invalid UTF-8 start byte 0x87/],
    ] as const) {
      const refusal = await refusalOf(
        client.send(new InvokeCommand({ FunctionName: "there", Payload: payload })),
      );
      assert.equal(refusal.name, "InvalidRequestContentException");
      assert.equal(refusal.status, 400);
      assert.match(
        refusal.message,
        /^Could not parse request body into json: Could not parse payload into json: /,
      );
      assert.match(refusal.message, complaint);
    }
  });

  it("refuses a payload over 6 MB, and an event over 1 MB", async () => {
    const large = await refusalOf(
      client.send(new InvokeCommand({ FunctionName: "there", Payload: `"${"x".repeat(6 * 1024 * 1024)}"` })),
    );
    assert.equal(large.name, "RequestTooLargeException");
    assert.equal(large.status, 413);
    assert.equal(
      large.message,
      "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    );
    const event = await refusalOf(
      client.send(
        new InvokeCommand({
          FunctionName: "there",
          InvocationType: "Event",
          Payload: `"${"x".repeat(1024 * 1024)}"`,
        }),
      ),
    );
    assert.equal(event.status, 413);
    assert.equal(
      event.message,
      "1048578 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    );
  });

  const signed = (service: string) => ({
    Authorization:
      `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, ` +
      "SignedHeaders=host, Signature=00",
  });

  for (const [title, init, status, code] of [
    [
      "a malformed Authorization",
      { headers: { Authorization: "Bearer x" } },
      400,
      "IncompleteSignatureException",
    ],
    [
      "a credential without its parts",
      { headers: { Authorization: "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0" } },
      400,
      "IncompleteSignatureException",
    ],
    ["an unknown service", { headers: signed("frobnicate") }, 404, "UnknownOperationException"],
    ["a service of AWS that is not built", { headers: signed("dynamodb") }, 404, "UnknownOperationException"],
  ] as const) {
    it(`answers ${title}`, async () => {
      const response = await fetch(`${server.url}/2015-03-31/functions`, init);
      assert.equal(response.status, status);
      assert.equal(response.headers.get("x-amzn-errortype"), code);
      assert.match(response.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
      assert.match(await response.text(), /"message":"/);
    });
  }

  it("answers unknown operations in each protocol's own form", async () => {
    const rest = await fetch(`${server.url}/2015-03-31/nothing`, { headers: signed("lambda") });
    assert.equal(rest.status, 404);
    assert.equal(rest.headers.get("x-amzn-errortype"), "UnknownOperationException");
    const json = await fetch(server.url, {
      method: "POST",
      headers: { ...signed("logs"), "X-Amz-Target": "Logs_20140328.Frobnicate" },
      body: "{}",
    });
    assert.equal(json.status, 400);
    assert.match(await json.text(), /"__type":"UnknownOperationException"/);
    const query = await fetch(server.url, {
      method: "POST",
      headers: { ...signed("sts"), "Content-Type": "application/x-www-form-urlencoded" },
      body: "Action=Frobnicate&Version=2011-06-15",
    });
    assert.equal(query.status, 400);
    assert.match(await query.text(), /<Type>Sender<\/Type><Code>InvalidAction<\/Code>/);
    const unbuilt = await fetch(`${server.url}/2025-11-30/capacity-providers`, {
      headers: signed("lambda"),
    });
    assert.equal(unbuilt.status, 400);
    assert.equal(unbuilt.headers.get("x-amzn-errortype"), "UnsupportedOperationException");
  });

  it("answers bodies that are not what the operation declares", async () => {
    for (const body of [
      "",
      "{",
      "[]",
      "null",
      '"x"',
      '{"FunctionName": 5}',
      '{"Code": {"ZipFile": "%%%"}}',
      '{"Timeout": {}}',
    ]) {
      const response = await fetch(`${server.url}/2015-03-31/functions`, {
        method: "POST",
        headers: signed("lambda"),
        body,
      });
      assert.equal(response.status, 400, body);
      assert.match(
        response.headers.get("x-amzn-errortype") ?? "",
        /^(Serialization|Validation)Exception$/,
        body,
      );
    }
  });

  it("answers what is not HTTP, and bodies cut short, with a modelled error", async () => {
    for (const bytes of [
      "GARBAGE\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00",
      "GET / HTTP/1.1\r\nHost: x\r\nBad Header\r\n\r\n",
      `GET /${"a".repeat(70_000)} HTTP/1.1\r\n\r\n`,
      "POST /2015-03-31/functions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
    ]) {
      const answer = await sendRaw(server.url, bytes);
      assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(bytes.slice(0, 40)));
      assert.match(answer, /x-amzn-RequestId: [0-9a-f-]{36}/i);
      assert.match(answer, /"message":/);
    }
    assert.equal((await client.send(new ListFunctionsCommand({}))).$metadata.httpStatusCode, 200);
  });

  it("does not choke on odd paths, names and encodings", async () => {
    for (const url of [
      "/2015-03-31/functions/%/invocations",
      "/2015-03-31/functions/%ff%fe/invocations",
      "/2015-03-31/functions/../../etc/passwd",
      "/2015-03-31/functions/a%2Fb%00c/invocations",
      "/2015-03-31/functions/%24LATEST/invocations?Qualifier=%20",
      "//",
      "/_lambkin/nothing",
      "/_lambkin/code/../../secret",
      "/?Action=",
    ]) {
      for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
        const response = await fetch(server.url + url, { method });
        await response.arrayBuffer();
        assert.ok(response.status >= 400 && response.status < 500, `${method} ${url}: ${response.status}`);
      }
    }
  });

  it("refuses web pages of strangers, and host names that are not its own", async () => {
    const asked = (headers: Record<string, string>) =>
      rawHead(server.url, "POST /2015-03-31/functions HTTP/1.1", { "Content-Length": "0", ...headers });
    for (const headers of [
      { Host: "127.0.0.1:4566", Origin: "https://evil.example" },
      { Host: "127.0.0.1:4566", Origin: "null" },
      { Host: "localhost:4566", Origin: "http://localhost:3000" },
      { Host: "localhost:4566", Origin: "http://abc.lambda-url.us-east-1.localhost:4566" },
      { Host: "localhost:4566", "Sec-Fetch-Site": "cross-site" },
      { Host: "localhost:4566", "Sec-Fetch-Site": "same-site" },
      { Host: "evil.example:4566" },
    ]) {
      const answer = await asked(headers);
      assert.match(answer, /^HTTP\/1\.1 403 /, JSON.stringify(headers));
      assert.match(answer, /AccessDeniedException/);
    }
    for (const headers of [
      { Host: "localhost:4566", Origin: "http://localhost:4566", "Sec-Fetch-Site": "same-origin" },
      { Host: "lambda.us-east-1.amazonaws.com" },
      { Host: "[::1]:4566" },
    ]) {
      assert.match(
        await asked(headers),
        /^HTTP\/1\.1 400 [\s\S]*ValidationException/,
        JSON.stringify(headers),
      );
    }
    const link = { Host: "localhost:4566", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
    assert.match(
      await rawHead(server.url, "GET / HTTP/1.1", link),
      /^HTTP\/1\.1 200 /,
      "a link to the console",
    );
    for (const path of ["/?Action=DeleteQueue", "/_lambkin/health"]) {
      assert.match(await rawHead(server.url, `GET ${path} HTTP/1.1`, link), /^HTTP\/1\.1 403 /, path);
    }
  });

  it("keeps a zip's file modes from locking the function out", async () => {
    const sealed = zip({ "lambda_function.py": "def lambda_handler(e, c): return 1" });
    await createFunction(client, "sealed", sealed);
  });
});

function treeOf(folder: string): string[] {
  return (
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      // Databases, and what networks and sandboxes are made ahead with, change by themselves.
      .filter((name) => !/\.db(-wal|-shm)?$|^(isolation|environments|parked)\//.test(name))
      .sort()
  );
}

function rawHead(url: string, line: string, headers: Record<string, string>): Promise<string> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return sendRaw(url, `${[line, ...lines].join("\r\n")}\r\n\r\n`);
}

/** Writes the bytes, ends its side, and reads what comes back. */
function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    let answer = "";
    socket.on("data", (chunk) => {
      answer += String(chunk);
    });
    socket.on("end", () => {
      socket.destroy();
      resolve(answer);
    });
    socket.on("error", reject);
    socket.end(bytes, "latin1");
  });
}
