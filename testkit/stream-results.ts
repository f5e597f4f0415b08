/**
 * What a function got of a stream, as a test can rely on it through a kill: the function puts each record into a FIFO queue of the
 * server, which keeps it, and in the order in which it came. (A log may lose its last lines.)
 */
import assert from "node:assert/strict";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { createFunction, pythonZip } from "./functions.ts";

/** Data, or the id of an item, is `<key>-<number>`. As small as that, because not every machine's Python has boto3. */
const PASSES_ON = pythonZip(`
import base64, json, os, time, urllib.request, uuid
def text(record):
    if "kinesis" in record:
        return base64.b64decode(record["kinesis"]["data"]).decode()
    return record["dynamodb"]["Keys"]["id"]["S"]
def lambda_handler(event, context):
    time.sleep(0.05)
    entries = [{"Id": str(at), "MessageBody": text(record) + "@" + record["eventID"].split(":")[0],
        "MessageDeduplicationId": str(uuid.uuid4()), "MessageGroupId": text(record).split("-")[0]}
        for at, record in enumerate(event["Records"])]
    body = {"QueueUrl": os.environ["AWS_ENDPOINT_URL"] + "/000000000000/" + os.environ["RESULTS"], "Entries": entries}
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch",
        "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sqs/aws4_request, "
            "SignedHeaders=host, Signature=0"})
    urllib.request.urlopen(request).read()
`);

export interface StreamResult {
  readonly text: string;
  /** Of Kinesis; of a table something else that tells records apart. */
  readonly shardId: string;
}

/** The function, and the queue that it puts records into: at most ten of them at a time. */
export async function createPassingOn(client: LambdaClient, sqs: SQSClient, name: string): Promise<void> {
  await sqs.send(
    new CreateQueueCommand({
      QueueName: `${name}.fifo`,
      Attributes: { FifoQueue: "true", VisibilityTimeout: "30" },
    }),
  );
  await createFunction(client, name, PASSES_ON, { Environment: { Variables: { RESULTS: `${name}.fifo` } } });
}

/** Some more results; fails when none come for twenty seconds. */
export async function takeResults(sqs: SQSClient, serverUrl: string, name: string): Promise<StreamResult[]> {
  const QueueUrl = `${serverUrl}/000000000000/${name}.fifo`;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 }),
  );
  assert.ok(Messages.length > 0, "no more results for twenty seconds");
  const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  return Messages.map(({ Body = "" }) => {
    const [text = "", shardId = ""] = Body.split("@");
    return { text, shardId };
  });
}

/** Of each key all numbers from 0 on, those that came again left out, in order. */
export function assertInOrder(
  results: readonly StreamResult[],
  keys: readonly string[],
  ofKey: number,
): void {
  for (const key of keys) {
    const texts = results.map(({ text }) => text).filter((text) => text.startsWith(`${key}-`));
    assert.deepEqual(
      [...new Set(texts)],
      Array.from({ length: ofKey }, (_, at) => `${key}-${at}`),
    );
  }
}
