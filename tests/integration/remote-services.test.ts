/** Queues, topics and event buses of other servers: mappings read the ones, results and dead letters go to all of them. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PutMetricAlarmCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  CreateEventSourceMappingCommand,
  InvokeCommand,
  type LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { cloudWatchClient, lambdaClient, logsClient, sqsClient } from "../../testkit/clients.ts";
import { inLog } from "../../testkit/extensions.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { type MotoServer, startMotoServer } from "../../testkit/moto-server.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const CODE = pythonZip(`
import json
def lambda_handler(event, context):
    print("GOT", json.dumps(event))
    if "fail" in event: raise ValueError(event["fail"])
    return "done"
`);

async function messageIn(sqs: SQSClient, QueueUrl: string | undefined): Promise<Message> {
  return waitFor("a message", async () => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2, MessageAttributeNames: ["All"] }),
    );
    return Messages?.[0];
  });
}

const send = (client: LambdaClient, FunctionName: string, event: object) =>
  client.send(new InvokeCommand({ FunctionName, InvocationType: "Event", Payload: JSON.stringify(event) }));

describe("queues of another server", () => {
  let far: TestServer;
  let server: TestServer;
  let client: LambdaClient;
  let sqs: SQSClient;
  before(async () => {
    far = await startTestServer();
    server = await startTestServer({ LAMBKIN_SQS_ENDPOINT_URL: far.url });
    client = lambdaClient(server.url);
    sqs = sqsClient(far.url);
  });
  after(async () => {
    await server.stop();
    await far.stop();
  });
  const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

  it("feed mappings", async () => {
    for (const [name, Attributes] of [
      ["orders", {}],
      ["lines.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" }],
    ] as const) {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
      const functionName = `reads-${name.split(".")[0]}`;
      await createFunction(client, functionName, CODE);
      await client.send(
        new CreateEventSourceMappingCommand({ FunctionName: functionName, EventSourceArn: arn(name) }),
      );
      await sqs.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: "from afar",
          ...(name.endsWith(".fifo") && { MessageGroupId: "g" }),
          MessageAttributes: {
            n: { DataType: "Number", StringValue: "1" },
            b: { DataType: "Binary", BinaryValue: Buffer.from("b") },
          },
        }),
      );
      const [line] = await inLog(logsClient(server.url), functionName, /GOT .*/);
      const { Records } = JSON.parse(line.slice(4)) as { Records: Record<string, unknown>[] };
      const [record] = Records;
      assert.equal(record?.["body"], "from afar");
      assert.equal(record?.["eventSourceARN"], arn(name));
      assert.deepEqual(record?.["messageAttributes"], {
        n: { stringValue: "1", stringListValues: [], binaryListValues: [], dataType: "Number" },
        b: { binaryValue: "Yg==", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      });
      const { SequenceNumber } = (record?.["attributes"] ?? {}) as Record<string, string>;
      if (name.endsWith(".fifo")) assert.match(SequenceNumber ?? "", /^188\d{17}$/);
      // It is deleted: none is there, visible or not.
      await waitFor("an empty queue", async () => {
        const counts = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
        const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
          counts.Attributes ?? {};
        return visible === "0" && hidden === "0" ? true : undefined;
      });
    }
  });

  it("take dead letters and results", async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "dead" }));
    await createFunction(client, "fails", CODE, { DeadLetterConfig: { TargetArn: arn("dead") } });
    await client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: "fails", MaximumRetryAttempts: 0 }),
    );
    await send(client, "fails", { fail: "far away" });
    const letter = await messageIn(sqs, QueueUrl);
    assert.equal(letter.Body, '{"fail":"far away"}');
    assert.equal(letter.MessageAttributes?.["ErrorMessage"]?.StringValue, "far away");
  });
});

describe("topics and event buses of another server", () => {
  let far: MotoServer;
  let server: TestServer;
  let client: LambdaClient;
  let sqs: SQSClient;
  const account = "123456789012";
  before(async () => {
    far = await startMotoServer();
    server = await startTestServer({
      LAMBKIN_SNS_ENDPOINT_URL: far.url,
      LAMBKIN_EVENTBRIDGE_ENDPOINT_URL: far.url,
      LAMBKIN_ASYNC_RETRY_SECONDS: "0",
    });
    client = lambdaClient(server.url);
    sqs = sqsClient(far.url);
  });
  after(async () => {
    await server.stop();
    await far.stop();
  });
  const settings = () => ({
    endpoint: far.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

  it("take dead letters and results", async () => {
    const sns = new SNSClient(settings());
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "news" }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "listens" }));
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "sqs",
        Endpoint: `arn:aws:sqs:us-east-1:${account}:listens`,
      }),
    );
    await createFunction(client, "tells", CODE, { DeadLetterConfig: { TargetArn: TopicArn } });
    await client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName: "tells", MaximumRetryAttempts: 0 }),
    );
    await send(client, "tells", { fail: "hear, hear" });
    const notification = JSON.parse((await messageIn(sqs, QueueUrl)).Body ?? "") as {
      Message: string;
      MessageAttributes: Record<string, { Type: string; Value: string }>;
    };
    assert.equal(notification.Message, '{"fail":"hear, hear"}');
    assert.deepEqual(notification.MessageAttributes["ErrorMessage"], { Type: "String", Value: "hear, hear" });
    sns.destroy();
  });

  it("take what an alarm says", async () => {
    const sns = new SNSClient(settings());
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "alarms" }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "alarmed" }));
    const Endpoint = `arn:aws:sqs:us-east-1:${account}:alarmed`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
    const cloudWatch = cloudWatchClient(server.url);
    await cloudWatch.send(
      new PutMetricAlarmCommand({
        ...{ AlarmName: "loud", Namespace: "N", MetricName: "M", Statistic: "Sum", Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 5, ComparisonOperator: "GreaterThanThreshold" },
        ...{ AlarmActions: [TopicArn], TreatMissingData: "ignore" },
        Dimensions: [{ Name: "a", Value: "1" }],
      }),
    );
    const state = { AlarmName: "loud", StateValue: "ALARM", StateReason: "by hand" } as const;
    await cloudWatch.send(new SetAlarmStateCommand(state));
    const notification = JSON.parse((await messageIn(sqs, QueueUrl)).Body ?? "") as Record<string, string>;
    assert.equal(notification["Subject"], 'ALARM: "loud" in us-east-1');
    const told = JSON.parse(notification["Message"] ?? "") as Record<string, unknown>;
    assert.deepEqual(
      [told["AlarmName"], told["NewStateValue"], told["OldStateValue"], told["NewStateReason"]],
      ["loud", "ALARM", "INSUFFICIENT_DATA", "by hand"],
    );
    const trigger = told["Trigger"] as Record<string, unknown>;
    assert.equal(trigger["Statistic"], "SUM");
    assert.deepEqual(trigger["Dimensions"], [{ value: "1", name: "a" }]);
    sns.destroy();
  });

  it("take events", async () => {
    const events = new EventBridgeClient(settings());
    const { EventBusArn } = await events.send(new CreateEventBusCommand({ Name: "bus" }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "rides" }));
    await events.send(
      new PutRuleCommand({ Name: "all", EventBusName: "bus", EventPattern: '{"source":["lambda"]}' }),
    );
    const Arn = `arn:aws:sqs:us-east-1:${account}:rides`;
    await events.send(
      new PutTargetsCommand({ Rule: "all", EventBusName: "bus", Targets: [{ Id: "1", Arn }] }),
    );
    await createFunction(client, "rides", CODE);
    await client.send(
      new PutFunctionEventInvokeConfigCommand({
        FunctionName: "rides",
        DestinationConfig: { OnSuccess: { Destination: EventBusArn } },
      }),
    );
    await send(client, "rides", { n: 1 });
    const event = JSON.parse((await messageIn(sqs, QueueUrl)).Body ?? "") as Record<string, unknown>;
    assert.equal(event["source"], "lambda");
    assert.equal(event["detail-type"], "Lambda Function Invocation Result - Success");
    assert.deepEqual(event["resources"], [
      EventBusArn,
      "arn:aws:lambda:us-east-1:000000000000:function:rides:$LATEST",
    ]);
    assert.equal((event["detail"] as { responsePayload: string }).responsePayload, "done");
    events.destroy();
  });
});
