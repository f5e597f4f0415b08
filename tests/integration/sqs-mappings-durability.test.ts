/** Mappings of a server that is stopped or killed while functions have messages. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { CreateEventSourceMappingCommand, PutFunctionConcurrencyCommand } from "@aws-sdk/client-lambda";
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Puts what it gets into another queue. As small as that, because not every machine's Python has boto3. */
const PASSES_ON = pythonZip(`
import json, os, time, urllib.request
def lambda_handler(event, context):
    time.sleep(0.05)
    entries = [{"Id": str(at), "MessageBody": record["body"]} for at, record in enumerate(event["Records"])]
    body = {"QueueUrl": os.environ["AWS_ENDPOINT_URL"] + "/000000000000/" + os.environ["RESULTS"], "Entries": entries}
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), {
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessageBatch",
        "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sqs/aws4_request, "
            "SignedHeaders=host, Signature=0"})
    urllib.request.urlopen(request).read()
`);

const MESSAGES = 200;

describe("a mapping", () => {
  let dataDir: string;
  let server: ServerProcess;
  before(async () => {
    dataDir = await temporaryFolder();
    server = await spawnServer(dataDir);
  });
  after(async () => {
    server.child.kill("SIGKILL");
    await server.exited;
    await rm(dataDir, { recursive: true, force: true });
  });

  const urlOf = (queue: string) => `${server.url}/000000000000/${queue}`;

  /** Everything sent is in the first queue, and a function takes it to the second. */
  async function begin(name: string): Promise<void> {
    const sqs = sqsClient(server.url);
    const client = lambdaClient(server.url);
    for (const QueueName of [name, `${name}-results`]) {
      await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: "30" } }));
    }
    await createFunction(client, name, PASSES_ON, {
      Environment: { Variables: { RESULTS: `${name}-results` } },
    });
    await client.send(
      new PutFunctionConcurrencyCommand({ FunctionName: name, ReservedConcurrentExecutions: 2 }),
    );
    for (let at = 0; at < MESSAGES; at += 10) {
      const Entries = Array.from({ length: 10 }, (_, index) => ({
        Id: `${index}`,
        MessageBody: `${at + index}`,
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: urlOf(name), Entries }));
    }
    const EventSourceArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
    await client.send(new CreateEventSourceMappingCommand({ FunctionName: name, EventSourceArn }));
    await waitFor("some results", async () => ((await count(`${name}-results`)) > 20 ? true : undefined));
  }

  /** Visible and in flight. */
  async function count(queue: string): Promise<number> {
    const { Attributes = {} } = await sqsClient(server.url).send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf(queue), AttributeNames: ["All"] }),
    );
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
    return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
  }

  async function results(name: string): Promise<string[]> {
    await waitFor("the queue to be empty", async () => ((await count(name)) === 0 ? true : undefined));
    const QueueUrl = urlOf(`${name}-results`);
    const sqs = sqsClient(server.url);
    const bodies: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return bodies;
      bodies.push(...Messages.map(({ Body = "" }) => Body));
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: `${at}`, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  }

  const all = Array.from({ length: MESSAGES }, (_, at) => `${at}`).sort();

  it("goes on after a stop where it was: no message is lost, and none comes twice", async () => {
    await begin("stopped");
    server.child.kill("SIGTERM");
    assert.equal(await server.exited, 0);
    server = await spawnServer(dataDir);
    assert.deepEqual((await results("stopped")).sort(), all);
  });

  it("goes on after a kill: no message is lost, and what functions had at the time may come twice", async () => {
    await begin("killed");
    server.child.kill("SIGKILL");
    await server.exited;
    server = await spawnServer(dataDir);
    const bodies = await results("killed");
    assert.deepEqual([...new Set(bodies)].sort(), all);
    assert.ok(bodies.length <= MESSAGES + 50, `${bodies.length} results`);
  });
});
