/** Where events go that are done with: results to destinations, failures to dead-letter queues. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateAliasCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip, refusalOf } from "../../testkit/functions.ts";
import { type S3Server, startS3Server } from "../../testkit/s3-server.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Fails when it is told to; passes on what it got as a destination. */
const CODE = pythonZip(`
import json
def lambda_handler(event, context):
    print("RAN", context.aws_request_id, json.dumps(event))
    if isinstance(event, dict) and event.get("fail"): raise ValueError(event["fail"])
    return {"got": event}
`);

const account = "000000000000";
const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:${account}:${name}`;

describe("events that are done with", () => {
  let server: TestServer;
  let s3: S3Server;
  let client: LambdaClient;
  let sqs: SQSClient;
  before(async () => {
    s3 = await startS3Server();
    server = await startTestServer({ LAMBKIN_ASYNC_RETRY_SECONDS: "0", ...s3.settings });
    client = lambdaClient(server.url);
    sqs = sqsClient(server.url);
  });
  after(async () => {
    await server.stop();
    await s3.stop();
  });

  async function queue(name: string): Promise<{ readonly url: string; readonly arn: string }> {
    const url = (await sqs.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl ?? "";
    const AttributeNames = ["QueueArn" as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }));
    return { url, arn: Attributes?.["QueueArn"] ?? "" };
  }
  const messageIn = (QueueUrl: string): Promise<Message> =>
    waitFor("a message", async () => {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          WaitTimeSeconds: 5,
          MessageAttributeNames: ["All"],
          MessageSystemAttributeNames: ["All"],
        }),
      );
      return Messages?.[0];
    });
  const errorOf = ({ MessageAttributes: { ErrorCode, ErrorMessage } = {} }: Message) => [
    ErrorCode?.StringValue,
    ErrorMessage?.StringValue,
  ];
  const send = async (name: string, event: unknown): Promise<string> => {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: name, InvocationType: "Event", Payload: JSON.stringify(event) }),
    );
    assert.equal(answer.StatusCode, 202);
    return answer.$metadata.requestId ?? "";
  };
  const destinations = (FunctionName: string, OnSuccess?: string, OnFailure?: string) =>
    client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName,
        DestinationConfig: {
          ...(OnSuccess !== undefined && { OnSuccess: { Destination: OnSuccess } }),
          ...(OnFailure !== undefined && { OnFailure: { Destination: OnFailure } }),
        },
      }),
    );

  it("brings the result of a success to a queue, in AWS's record", async () => {
    const { url, arn } = await queue("successes");
    await createFunction(client, "succeeds", CODE);
    await destinations("succeeds", arn);
    const requestId = await send("succeeds", { a: 1.0, big: 12345678901234567890n.toString() });
    const record = JSON.parse((await messageIn(url)).Body ?? "") as Record<string, unknown>;
    assert.match(String(record["timestamp"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.deepEqual(record, {
      version: "1.0",
      timestamp: record["timestamp"],
      requestContext: {
        requestId,
        functionArn: `${arnOf("lambda", "function:succeeds")}:$LATEST`,
        condition: "Success",
        approximateInvokeCount: 1,
      },
      requestPayload: { a: 1, big: "12345678901234567890" },
      responseContext: { statusCode: 200, executedVersion: "$LATEST" },
      responsePayload: { got: { a: 1, big: "12345678901234567890" } },
    });
  });

  it("tells a failure after all retries to the dead-letter queue and to the destination", async () => {
    const [failures, dead] = await Promise.all([queue("failures"), queue("dead")]);
    await createFunction(client, "fails", CODE, { DeadLetterConfig: { TargetArn: dead.arn } });
    await destinations("fails", undefined, failures.arn);
    const requestId = await send("fails", { fail: "no luck" });
    const record = JSON.parse((await messageIn(failures.url)).Body ?? "") as Record<string, unknown>;
    assert.deepEqual(record["requestContext"], {
      requestId,
      functionArn: `${arnOf("lambda", "function:fails")}:$LATEST`,
      condition: "RetriesExhausted",
      approximateInvokeCount: 3,
    });
    assert.deepEqual(record["responseContext"], {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    });
    assert.equal((record["responsePayload"] as { errorMessage: string }).errorMessage, "no luck");
    const letter = await messageIn(dead.url);
    assert.equal(letter.Body, '{"fail":"no luck"}');
    assert.deepEqual(
      Object.fromEntries(
        Object.entries(letter.MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
          name,
          [DataType, StringValue],
        ]),
      ),
      {
        RequestID: ["String", requestId],
        ErrorCode: ["Number", "200"],
        ErrorMessage: ["String", "no luck"],
      },
    );
  });

  it("gives an event up that would be too old for its next attempt", async () => {
    const [failures, dead] = await Promise.all([queue("too-old"), queue("too-old-dead")]);
    const patient = await startTestServer({
      LAMBKIN_ASYNC_RETRY_SECONDS: "60",
      LAMBKIN_SQS_ENDPOINT_URL: server.url,
    });
    try {
      const other = lambdaClient(patient.url);
      await createFunction(other, "ages", CODE, { DeadLetterConfig: { TargetArn: dead.arn } });
      await other.send(
        new PutFunctionEventInvokeConfigCommand({
          FunctionName: "ages",
          MaximumEventAgeInSeconds: 60,
          DestinationConfig: { OnFailure: { Destination: failures.arn } },
        }),
      );
      await other.send(
        new InvokeCommand({ FunctionName: "ages", InvocationType: "Event", Payload: '{"fail":"no luck"}' }),
      );
      const record = JSON.parse((await messageIn(failures.url)).Body ?? "") as Record<string, object>;
      assert.partialDeepStrictEqual(record, {
        requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 },
        responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      });
      const letter = await messageIn(dead.url);
      assert.deepEqual(errorOf(letter), ["200", "no luck"]);
    } finally {
      await patient.stop();
    }
  });

  it("tells of a function that takes too long, and of one that ends", async () => {
    const dead = await queue("ill");
    const DeadLetterConfig = { TargetArn: dead.arn };
    const SLOW = "import time\ndef lambda_handler(e, c): time.sleep(9)\n";
    const ENDS = "import os\ndef lambda_handler(e, c): os._exit(1)\n";
    await createFunction(client, "slow", pythonZip(SLOW), { Timeout: 1, DeadLetterConfig });
    await createFunction(client, "ends", pythonZip(ENDS), { DeadLetterConfig });
    for (const [FunctionName, text] of [
      ["slow", /Task timed out after 1\.00 seconds/],
      ["ends", /Runtime exited/],
    ] as const) {
      await client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 0 }));
      await send(FunctionName, {});
      const letter = await messageIn(dead.url);
      const [code, message = ""] = errorOf(letter);
      assert.equal(code, "200");
      assert.match(message, text);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: dead.url, ReceiptHandle: letter.ReceiptHandle }));
    }
  });

  it("ends at once where the reservation is zero, without ever running", async () => {
    const [{ url, arn }, dead] = await Promise.all([queue("blocked"), queue("blocked-dead")]);
    await createFunction(client, "blocked", CODE, { DeadLetterConfig: { TargetArn: dead.arn } });
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "blocked", ReservedConcurrentExecutions: 0 }),
    );
    await destinations("blocked", undefined, arn);
    await send("blocked", { n: 1 });
    const record = JSON.parse((await messageIn(url)).Body ?? "") as Record<string, Record<string, unknown>>;
    assert.equal(record["requestContext"]?.["condition"], "ZeroReservedConcurrency");
    assert.equal(record["requestContext"]?.["approximateInvokeCount"], 0);
    assert.equal("responseContext" in record || "responsePayload" in record, false);
    const letter = await messageIn(dead.url);
    assert.equal(letter.Body, '{"n":1}');
    assert.deepEqual(errorOf(letter), ["429", "Rate Exceeded."]);
  });

  it("makes an event of the result where the destination is a function", async () => {
    const { url, arn } = await queue("chain");
    await createFunction(client, "chain-end", CODE);
    await destinations("chain-end", arn);
    await createFunction(client, "chain-start", CODE);
    await destinations("chain-start", arnOf("lambda", "function:chain-end"));
    await send("chain-start", "hop");
    const record = JSON.parse((await messageIn(url)).Body ?? "") as {
      requestPayload: { requestPayload: unknown; responsePayload: unknown };
    };
    assert.equal(record.requestPayload.requestPayload, "hop");
    assert.deepEqual(record.requestPayload.responsePayload, { got: "hop" });
  });

  it("goes by the settings of the version or alias that was called, and by no others", async () => {
    await createFunction(client, "chosen", CODE, { Publish: true });
    await client.send(new CreateAliasCommand({ FunctionName: "chosen", Name: "live", FunctionVersion: "1" }));
    for (const Qualifier of [undefined, "1", "live"]) {
      const { url, arn } = await queue(`chosen-${Qualifier}`);
      await client.send(
        new PutFunctionEventInvokeConfigCommand({
          ...{ FunctionName: "chosen", Qualifier },
          DestinationConfig: { OnSuccess: { Destination: arn } },
        }),
      );
      await client.send(
        new InvokeCommand({ FunctionName: "chosen", Qualifier, InvocationType: "Event", Payload: "1" }),
      );
      assert.partialDeepStrictEqual(JSON.parse((await messageIn(url)).Body ?? ""), {
        requestContext: {
          functionArn: `${arnOf("lambda", "function:chosen")}:${Qualifier ?? "$LATEST"}`,
          condition: "Success",
        },
        responseContext: { executedVersion: Qualifier === undefined ? "$LATEST" : "1" },
      });
    }
  });

  it("puts a failure's record into a bucket", async () => {
    await s3.put("failed-events", "before", Buffer.from("the bucket is there"));
    await createFunction(client, "to-bucket", CODE);
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "to-bucket",
        MaximumRetryAttempts: 0,
        DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::failed-events" } },
      }),
    );
    await send("to-bucket", { fail: "kept" });
    const [key, body] = await waitFor("an object", async () =>
      (await s3.objects("failed-events")).find(([key]) => key !== "before"),
    );
    assert.match(
      key,
      /^aws\/lambda\/async\/to-bucket\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    assert.equal(JSON.parse(body.toString()).requestContext.condition, "RetriesExhausted");
  });

  it("cannot be brought to what takes no such message", async () => {
    await createFunction(client, "refused", CODE);
    const letter = (TargetArn: string) =>
      refusalOf(
        client.send(
          new UpdateFunctionConfigurationCommand({
            FunctionName: "refused",
            DeadLetterConfig: { TargetArn },
          }),
        ),
      );
    assert.equal(
      (await letter(arnOf("lambda", "function:refused"))).message,
      "Invalid dead letter queue ARN: The service specified by the TargetArn is not supported for dead letter configuration.",
    );
    assert.equal(
      (await letter(arnOf("sqs", "dead.fifo"))).message,
      "Invalid dead letter queue ARN: FIFO SQS queue is not supported for dead letter configuration",
    );
    assert.match(
      (await refusalOf(destinations("refused", arnOf("sqs", "done.fifo")))).message,
      /^The provided destination config DestinationConfig\(.*done\.fifo\), onFailure=null\) is invalid\.$/,
    );
  });

  it("goes on where a destination does not exist", async () => {
    const { url, arn } = await queue("after");
    await createFunction(client, "to-nobody", CODE, {
      DeadLetterConfig: { TargetArn: arnOf("sqs", "nobody") },
    });
    await destinations("to-nobody", undefined, arn);
    await send("to-nobody", { fail: "told to one" });
    assert.match((await messageIn(url)).Body ?? "", /told to one/);
  });

  it("does not hold up others with a backlog that cannot run", async () => {
    const { url, arn } = await queue("others");
    await createFunction(
      client,
      "stuck",
      pythonZip("import time\ndef lambda_handler(e, c): time.sleep(3)\n"),
    );
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: "stuck", ReservedConcurrentExecutions: 1 }),
    );
    await Promise.all(Array.from({ length: 200 }, (_, n) => send("stuck", { n })));
    await createFunction(client, "flows", CODE);
    await destinations("flows", arn);
    await send("flows", { n: 1 });
    assert.match((await messageIn(url)).Body ?? "", /"condition":"Success"/);
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: "stuck", Timeout: 1 }));
  });
});
