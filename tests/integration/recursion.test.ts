/** Loops: a chain of requests that leads to the same function again and again is stopped, unless somebody wants it. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CreateEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { lambdaClient, logsClient, sqsClient } from "../../testkit/clients.ts";
import { logOf } from "../../testkit/extensions.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Calls itself as AWS's SDKs do: the trace header goes along. As small as that, because not every machine's Python has boto3. */
const LOOPS = pythonZip(`
import json, os, urllib.request
def call(name, kind):
    request = urllib.request.Request(
        os.environ["AWS_ENDPOINT_URL"] + "/2015-03-31/functions/" + name + "/invocations", b"{}", {
            "X-Amz-Invocation-Type": kind, "X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"],
            "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/aws4_request, "
                "SignedHeaders=host, Signature=0"})
    try:
        with urllib.request.urlopen(request) as answer: return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return {"refused": error.headers["x-amzn-errortype"]}
def lambda_handler(event, context):
    print("RAN", os.environ["_X_AMZN_TRACE_ID"])
    return call(context.function_name, os.environ["KIND"])
`);

/** Sends a message to the queue it reads. */
const LOOPS_BY_QUEUE = pythonZip(`
import json, os, urllib.request
def lambda_handler(event, context):
    print("RAN", os.environ["_X_AMZN_TRACE_ID"])
    url = os.environ["AWS_ENDPOINT_URL"]
    body = json.dumps({"QueueUrl": url + "/000000000000/circle", "MessageBody": "again"}).encode()
    urllib.request.urlopen(urllib.request.Request(url, body, {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage",
        "X-Amzn-Trace-Id": os.environ["_X_AMZN_TRACE_ID"],
        "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sqs/aws4_request, "
            "SignedHeaders=host, Signature=0"})).read()
`);

describe("functions that call themselves", () => {
  let server: TestServer;
  let client: LambdaClient;
  let sqs: SQSClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    sqs = sqsClient(server.url);
  });
  after(() => server.stop());

  const runsOf = async (name: string): Promise<number> =>
    (await logOf(logsClient(server.url), name).catch(() => ""))
      .split("\n")
      .filter((line) => line.startsWith("RAN ")).length;

  it("are stopped after sixteen runs when they wait for each other", async () => {
    await createFunction(client, "waits", LOOPS, { Environment: { Variables: { KIND: "RequestResponse" } } });
    const { payload } = await invoke(client, "waits");
    assert.deepEqual(payload, { refused: "RecursiveInvocationException" });
    await waitFor("the log", async () => ((await runsOf("waits")) === 16 ? true : undefined));
  });

  it("are stopped when they only send events, and the last event goes where failures go", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "stopped" }));
    const { QueueUrl: deadUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "stopped-dead" }));
    await createFunction(client, "sends", LOOPS, {
      Environment: { Variables: { KIND: "Event" } },
      DeadLetterConfig: { TargetArn: "arn:aws:sqs:us-east-1:000000000000:stopped-dead" },
    });
    const Destination = "arn:aws:sqs:us-east-1:000000000000:stopped";
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "sends",
        DestinationConfig: { OnFailure: { Destination } },
      }),
    );
    await client.send(new InvokeCommand({ FunctionName: "sends", InvocationType: "Event" }));
    const body = await waitFor("the stopped event", async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      return Messages?.[0]?.Body;
    });
    const { requestContext } = JSON.parse(body) as { requestContext: Record<string, unknown> };
    assert.equal(requestContext["approximateInvokeCount"], 0);
    assert.equal(requestContext["condition"], "RecursiveInvocation");
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deadUrl, WaitTimeSeconds: 5, MessageAttributeNames: ["All"] }),
    );
    const { ErrorCode, ErrorMessage } = Messages?.[0]?.MessageAttributes ?? {};
    assert.equal(ErrorCode?.StringValue, "400");
    assert.match(ErrorMessage?.StringValue ?? "", /recursive loop/);
    await waitFor("the log", async () => ((await runsOf("sends")) === 16 ? true : undefined));
  });

  it("are stopped when a queue leads back to them, and the last message gets to its dead-letter queue", async () => {
    const { QueueUrl: deadUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "circle-dead" }));
    const deadLetterTargetArn = "arn:aws:sqs:us-east-1:000000000000:circle-dead";
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({
        QueueName: "circle",
        Attributes: {
          VisibilityTimeout: "3",
          RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
        },
      }),
    );
    await createFunction(client, "circles", LOOPS_BY_QUEUE, { Timeout: 3 });
    const EventSourceArn = "arn:aws:sqs:us-east-1:000000000000:circle";
    await client.send(new CreateEventSourceMappingCommand({ FunctionName: "circles", EventSourceArn }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "first" }));
    await waitFor("the stopped message", async () => {
      const { Messages } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: deadUrl, WaitTimeSeconds: 5 }),
      );
      return Messages?.[0]?.Body;
    });
    await waitFor("the log", async () => ((await runsOf("circles")) === 16 ? true : undefined));
  });

  it("go on where that is allowed", async () => {
    await createFunction(client, "wanted", LOOPS, { Environment: { Variables: { KIND: "Event" } } });
    await client.send(
      new PutFunctionRecursionConfigCommand({ FunctionName: "wanted", RecursiveLoop: "Allow" }),
    );
    await client.send(new GetFunctionConfigurationCommand({ FunctionName: "wanted" }));
    await client.send(new InvokeCommand({ FunctionName: "wanted", InvocationType: "Event" }));
    await waitFor("more than sixteen runs", async () => ((await runsOf("wanted")) > 20 ? true : undefined));
    await client.send(
      new PutFunctionRecursionConfigCommand({ FunctionName: "wanted", RecursiveLoop: "Terminate" }),
    );
  });
});
