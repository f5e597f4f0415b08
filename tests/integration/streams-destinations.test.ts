/** Where a mapping of a stream tells of batches that are given up: topics and buckets of another server. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CreateEventSourceMappingCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { type MotoServer, startMotoServer } from "../../testkit/moto-server.ts";
import { MotoStreams } from "../../testkit/moto-streams.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

const FAILS = pythonZip(`
def lambda_handler(event, context):
    raise ValueError("always")
`);

describe("a batch of a stream that is given up", () => {
  let far: MotoServer;
  let server: TestServer;
  let client: LambdaClient;
  let streams: MotoStreams;
  before(async () => {
    far = await startMotoServer();
    streams = new MotoStreams(far.url);
    server = await startTestServer({
      LAMBKIN_KINESIS_ENDPOINT_URL: far.url,
      LAMBKIN_DYNAMODB_STREAMS_ENDPOINT_URL: far.url,
      LAMBKIN_SNS_ENDPOINT_URL: far.url,
      LAMBKIN_S3_ENDPOINT_URL: far.url,
    });
    client = lambdaClient(server.url);
  });
  after(async () => {
    await server.stop();
    await far.stop();
  });
  const settings = () => ({
    ...{ endpoint: far.url, region: "us-east-1", forcePathStyle: true },
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

  async function map(name: string, EventSourceArn: string, Destination: string): Promise<string> {
    await createFunction(client, name, FAILS);
    const { UUID = "" } = await client.send(
      new CreateEventSourceMappingCommand({
        ...{ FunctionName: name, EventSourceArn, StartingPosition: "TRIM_HORIZON", MaximumRetryAttempts: 0 },
        DestinationConfig: { OnFailure: { Destination } },
      }),
    );
    return UUID;
  }

  it("is told to a topic", async () => {
    const sns = new SNSClient(settings());
    const sqs = sqsClient(far.url);
    const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "failures" }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "listens" }));
    const Endpoint = "arn:aws:sqs:us-east-1:123456789012:listens";
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint }));
    sns.destroy();
    const streamArn = await streams.createTable("accounts");
    await map("fails-on-accounts", streamArn, TopicArn);
    await streams.putItem("accounts", { id: { S: "a" } });
    const message = await waitFor("a message", async () => {
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
      return Messages?.[0];
    });
    const { Message } = JSON.parse(message.Body ?? "") as { Message: string };
    const told = JSON.parse(Message) as Record<string, Record<string, unknown>>;
    assert.equal(told["requestContext"]?.["condition"], "RetryAttemptsExhausted");
    const info = told["DDBStreamBatchInfo"];
    assert.deepEqual([info?.["batchSize"], info?.["streamArn"]], [1, streamArn]);
    assert.match(String(info?.["approximateArrivalOfFirstRecord"]), /T\d\d:\d\d:\d\dZ$/);
  });

  it("is put into a bucket, with the whole event", async () => {
    const s3 = new S3Client(settings());
    await s3.send(new CreateBucketCommand({ Bucket: "failures" }));
    const uuid = await map("fails-on-orders", await streams.create("orders"), "arn:aws:s3:::failures");
    await streams.put("orders", [["k", "hello"]]);
    const Key = await waitFor("an object", async () => {
      const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: "failures" }));
      return Contents?.[0]?.Key;
    });
    assert.ok(Key.startsWith(`aws/lambda/${uuid}/shardId-000000000000/`), Key);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: "failures", Key }));
    const { payload } = JSON.parse((await Body?.transformToString()) ?? "") as {
      payload: { Records: { kinesis: { data: string } }[] };
    };
    assert.deepEqual(
      payload.Records.map(({ kinesis }) => atob(kinesis.data)),
      ["hello"],
    );
    s3.destroy();
  });
});
