/** Responses that arrive while the function is still writing them: InvokeWithResponseStream and function URLs. */
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, it } from "node:test";
import {
  CreateFunctionUrlConfigCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamResponseEvent,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
} from "@aws-sdk/client-lambda";
import { lambdaClient, runProgram } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, refusalOf, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function";
const MIB = 1024 * 1024;

/** `wait` goes on once its own function carries the tag `go`: the test gives it when it has read what came before. */
const HANDLER = `
const tagged = async (arn) => {
  for (;;) {
    const answer = await fetch(process.env.AWS_ENDPOINT_URL + "/2017-03-31/tags/" + encodeURIComponent(arn));
    if ((await answer.json()).Tags?.go) return;
  }
};
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const act = event.rawPath?.slice(1) ?? event.act;
  const arn = context.invokedFunctionArn;
  if (act === "fail") throw new RangeError("before");
  if (act === "http") stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "b" } });
  stream.write("one,");
  if (act === "wait" || act === "http") await tagged(arn);
  if (act === "break") throw new RangeError("after");
  if (act === "hang") await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (act === "exit") process.exit(3);
  if (act === "large") for (let i = 0; i < event.mebibytes; i++) {
    if (!stream.write(Buffer.alloc(1024 * 1024, 65 + i % 26))) await new Promise((go) => stream.once("drain", go));
  }
  stream.end("two");
});`;

type Events = AsyncIterator<InvokeWithResponseStreamResponseEvent>;

describe("response streaming", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    for (const name of ["streams", "streams-too"]) {
      await createFunction(client, name, zip({ "index.mjs": HANDLER }), { ...NODE, MemorySize: 256 });
    }
  });
  after(() => server.stop());

  async function stream(
    event: unknown,
    input: Partial<InvokeWithResponseStreamCommandInput> = {},
  ): Promise<{ events: Events; version: string | undefined; contentType: string | undefined }> {
    const answer = await client.send(
      new InvokeWithResponseStreamCommand({
        FunctionName: "streams",
        Payload: JSON.stringify(event),
        ...input,
      }),
    );
    assert.equal(answer.StatusCode, 200);
    assert.ok(answer.EventStream);
    return {
      events: answer.EventStream[Symbol.asyncIterator](),
      version: answer.ExecutedVersion,
      contentType: answer.ResponseStreamContentType,
    };
  }

  async function rest(events: Events) {
    const chunks: Uint8Array[] = [];
    for (;;) {
      const { value, done } = await events.next();
      if (done === true) throw new Error("the stream ended without InvokeComplete");
      if (value.PayloadChunk?.Payload !== undefined) chunks.push(value.PayloadChunk.Payload);
      if (value.InvokeComplete === undefined) continue;
      assert.equal((await events.next()).done, true);
      return { body: Buffer.concat(chunks), complete: value.InvokeComplete };
    }
  }

  it("gives the first piece to the caller while the function waits to write the second", async () => {
    const { events, version, contentType } = await stream({ act: "wait" }, { LogType: "Tail" });
    assert.equal(version, "$LATEST");
    assert.equal(contentType, "application/vnd.amazon.eventstream");
    const first = await events.next();
    assert.equal(Buffer.from(first.value?.PayloadChunk?.Payload ?? []).toString(), "one,");
    await client.send(new TagResourceCommand({ Resource: `${ARN}:streams`, Tags: { go: "1" } }));
    const { body, complete } = await rest(events);
    assert.equal(body.toString(), "two");
    assert.equal(complete.ErrorCode, undefined);
    assert.match(
      Buffer.from(complete.LogResult ?? "", "base64").toString(),
      /^START [\s\S]*REPORT RequestId/,
    );
  });

  it("tells a failure in the last event, before and after the first piece", async () => {
    for (const [act, body, message] of [
      ["fail", "", "before"],
      ["break", "one,", "after"],
    ] as const) {
      const answer = await rest((await stream({ act })).events);
      assert.equal(answer.body.toString(), body);
      assert.equal(answer.complete.ErrorCode, "Unhandled");
      const { errorType, errorMessage } = JSON.parse(answer.complete.ErrorDetails ?? "");
      assert.deepEqual([errorType, errorMessage], ["RangeError", message]);
    }
  });

  it("tells an exit and a timeout in the middle of a response", async () => {
    const exit = await rest((await stream({ act: "exit" })).events);
    assert.equal(exit.body.toString(), "one,");
    assert.match(exit.complete.ErrorDetails ?? "", /exit status 3/);
    await createFunction(client, "slow", zip({ "index.mjs": HANDLER }), { ...NODE, Timeout: 1 });
    const hang = await rest((await stream({ act: "hang" }, { FunctionName: "slow" })).events);
    assert.equal(hang.body.toString(), "one,");
    assert.match(hang.complete.ErrorDetails ?? "", /Task timed out after 1\.00 seconds/);
  });

  it("carries far more than a whole response may hold, at the reader's pace", async () => {
    const { events } = await stream({ act: "large", mebibytes: 40 });
    const { body, complete } = await rest(events);
    assert.deepEqual([body.length, complete.ErrorCode], [40 * MIB + 7, undefined]);
    assert.deepEqual([body[4], body[4 + MIB], body.at(-4)], [65, 66, 65 + (39 % 26)]);
  });

  it("ends a function that streams more than 200 MB", async () => {
    const { body, complete } = await rest((await stream({ act: "large", mebibytes: 201 })).events);
    assert.ok(body.length <= 200 * MIB);
    assert.equal(JSON.parse(complete.ErrorDetails ?? "").errorType, "Function.ResponseSizeTooLarge");
  });

  it("gives a plain handler's response as one piece, and a streaming handler's to Invoke as a whole", async () => {
    await createFunction(
      client,
      "plain",
      zip({ "index.mjs": "export const handler = async () => 42;" }),
      NODE,
    );
    const { body } = await rest((await stream({}, { FunctionName: "plain" })).events);
    assert.equal(body.toString(), "42");
    const whole = await client.send(
      new InvokeWithResponseStreamCommand({ FunctionName: "plain", InvocationType: "DryRun" }),
    );
    assert.equal(whole.StatusCode, 204);
    await createFunction(
      client,
      "json",
      zip({
        "index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("[1,"); stream.end("2]"); });`,
      }),
      NODE,
    );
    assert.deepEqual((await invoke(client, "json")).payload, [1, 2]);
    const broken = await invoke(client, "streams", { act: "break" });
    assert.equal(broken.functionError, "Unhandled");
  });

  it("is refused as Invoke is", async () => {
    const missing = await refusalOf(stream({}, { FunctionName: "nobody" }));
    assert.equal(missing.message, `Function not found: ${ARN}:nobody:$LATEST`);
    const broken = await refusalOf(stream({}, { Payload: "{" }));
    assert.equal(broken.name, "InvalidRequestContentException");
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "plain", ReservedConcurrentExecutions: 0 }),
    );
    const throttled = await refusalOf(stream({}, { FunctionName: "plain" }));
    assert.deepEqual([throttled.name, throttled.status], ["TooManyRequestsException", 429]);
  });

  it("goes on working when a reader leaves in the middle", async () => {
    const { events } = await stream({ act: "large", mebibytes: 100 });
    await events.next();
    await events.return?.();
    client.destroy();
    client = lambdaClient(server.url);
    assert.equal((await rest((await stream({ act: "end" })).events)).body.toString(), "one,two");
    const health = async () =>
      (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number; idle: number };
      };
    await waitFor("the abandoned function to end", async () => {
      const { environments } = await health();
      return environments.alive === environments.idle ? true : undefined;
    });
  });

  it("works with boto3", async () => {
    const script = `
import boto3
answer = boto3.client("lambda").invoke_with_response_stream(FunctionName="streams", Payload=b'{"act":"end"}')
for event in answer["EventStream"]:
    print(event)
`;
    const { stdout, stderr } = await runProgram(server.url, "python3", ["-c", script], server.dataDir);
    assert.match(stdout, /PayloadChunk.*one,[\s\S]*two[\s\S]*InvokeComplete/, stderr);
  });

  describe("through function URLs", () => {
    let url: string;
    before(async () => {
      const { FunctionUrl } = await client.send(
        new CreateFunctionUrlConfigCommand({
          FunctionName: "streams-too",
          AuthType: "NONE",
          InvokeMode: "RESPONSE_STREAM",
        }),
      );
      url = FunctionUrl ?? "";
    });

    interface Got {
      readonly status: number | undefined;
      readonly header: string | undefined;
      readonly body: string;
      readonly isWhole: boolean;
    }

    /** `onPiece` hears of every piece as it comes. */
    function get(path: string, onPiece: (soFar: string) => void = () => {}): Promise<Got> {
      const { host, port } = new URL(url);
      return new Promise((resolve, reject) => {
        const sent = request({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
          let body = "";
          const header = response.headers["x-a"];
          response.on("data", (piece) => {
            body += String(piece);
            onPiece(body);
          });
          response.on("error", () => {});
          response.on("close", () =>
            resolve({
              status: response.statusCode,
              header: String(header),
              body,
              isWhole: response.complete,
            }),
          );
        });
        sent.on("error", reject);
        sent.end();
      });
    }

    it("status, headers and the first piece are out before the function writes the second", async () => {
      const seen: string[] = [];
      const answer = await get("/http", (soFar) => {
        seen.push(soFar);
        if (soFar !== "one,") return;
        void client.send(new TagResourceCommand({ Resource: `${ARN}:streams-too`, Tags: { go: "1" } }));
      });
      assert.deepEqual(answer, { status: 201, header: "b", body: "one,two", isWhole: true });
      assert.equal(seen[0], "one,");
    });

    it("a failure before the first piece is a 502, one after it breaks the answer off", async () => {
      assert.deepEqual(await get("/fail").then(({ status, body }) => [status, body]), [
        502,
        "Internal Server Error",
      ]);
      const broken = await get("/break");
      assert.deepEqual([broken.status, broken.body, broken.isWhole], [200, "one,", false]);
    });
  });

  it("streams from a custom runtime over the Runtime API, trailers included", async () => {
    const bootstrap = `#!/usr/bin/env python3
import http.client, json, os, base64
host = os.environ["AWS_LAMBDA_RUNTIME_API"]
while True:
    connection = http.client.HTTPConnection(host)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()
    request_id = answer.headers["Lambda-Runtime-Aws-Request-Id"]
    event = json.loads(answer.read())
    connection = http.client.HTTPConnection(host)
    mode = event.get("mode", "streaming")
    connection.putrequest("POST", "/2018-06-01/runtime/invocation/" + request_id + "/response")
    connection.putheader("Lambda-Runtime-Function-Response-Mode", mode)
    connection.putheader("Transfer-Encoding", "chunked")
    connection.putheader("Trailer", "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body")
    connection.endheaders()
    for piece in event["pieces"]:
        connection.send(b"%x\\r\\n%s\\r\\n" % (len(piece), piece.encode()))
    trailers = b""
    if event.get("fail"):
        body = base64.b64encode(json.dumps({"errorType": "Function.Chosen", "errorMessage": "as asked"}).encode())
        trailers = b"Lambda-Runtime-Function-Error-Type: Function.Chosen\\r\\nLambda-Runtime-Function-Error-Body: " + body + b"\\r\\n"
    connection.send(b"0\\r\\n" + trailers + b"\\r\\n")
    connection.getresponse().read()
`;
    await createFunction(client, "custom", zip({ bootstrap }, ["bootstrap"]), {
      Runtime: "provided.al2023",
      Handler: "h",
    });
    const FunctionName = "custom";
    const whole = await rest((await stream({ pieces: ["a", "bc"] }, { FunctionName })).events);
    assert.deepEqual([whole.body.toString(), whole.complete.ErrorCode], ["abc", undefined]);
    const failed = await rest((await stream({ pieces: ["a"], fail: true }, { FunctionName })).events);
    assert.equal(failed.body.toString(), "a");
    assert.deepEqual(JSON.parse(failed.complete.ErrorDetails ?? ""), {
      errorType: "Function.Chosen",
      errorMessage: "as asked",
    });
    const odd = await rest((await stream({ pieces: [], mode: "odd" }, { FunctionName })).events);
    assert.match(odd.complete.ErrorDetails ?? "", /Runtime\.InvalidResponseModeHeader/);
  });
});
