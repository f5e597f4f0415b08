/** Queues of another server that speaks SQS: mappings read them, results and dead letters go to them. */
import type { Message, MessageAttributeValue, SQSClient } from "@aws-sdk/client-sqs";
import type { ServiceEndpoint } from "../config/mod.ts";
import { ApiError } from "../errors/mod.ts";
import type { QueueMessage, QueueReceive, QueueSource } from "../eventsources/mod.ts";
import type { MessageAttribute, TextToSend } from "../model/mod.ts";
import { Clients, clientSettings, scopeOfArn } from "./client-settings.ts";

const sdk = () => import("@aws-sdk/client-sqs");

export class RemoteQueues implements QueueSource {
  readonly #clients: Clients<SQSClient>;
  /** By ARN. */
  readonly #urls = new Map<string, string>();

  constructor(endpoint: ServiceEndpoint) {
    this.#clients = new Clients(async (scope) => {
      const { SQSClient } = await sdk();
      return new SQSClient(clientSettings(endpoint, scope));
    });
  }

  /** Throws an ApiError when there is no such queue, or it does not take the message. */
  async sendText(arn: string, text: TextToSend): Promise<void> {
    const { SendMessageCommand } = await sdk();
    const { body, attributes = {}, traceHeader } = text;
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, { type, text: value }]) => [
        name,
        { DataType: type, StringValue: value },
      ]),
    );
    await this.#call(arn, (client, QueueUrl) =>
      client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body,
          MessageAttributes,
          ...(traceHeader !== undefined && {
            MessageSystemAttributes: { AWSTraceHeader: { DataType: "String", StringValue: traceHeader } },
          }),
        }),
      ),
    );
  }

  async visibilityMs(arn: string): Promise<number> {
    const { GetQueueAttributesCommand } = await sdk();
    const { Attributes } = await this.#call(arn, (client, QueueUrl) =>
      client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["VisibilityTimeout"] })),
    );
    return Number(Attributes?.VisibilityTimeout ?? 30) * 1000;
  }

  async receive(
    arn: string,
    { count, visibilityMs, waitMs, whenGone }: QueueReceive,
  ): Promise<QueueMessage[]> {
    const { ReceiveMessageCommand } = await sdk();
    const aborting = new AbortController();
    const forget = whenGone(() => aborting.abort());
    try {
      const { Messages = [] } = await this.#call(arn, (client, QueueUrl) =>
        client.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: count,
            VisibilityTimeout: Math.ceil(visibilityMs / 1000),
            WaitTimeSeconds: Math.min(20, Math.floor(waitMs / 1000)),
            MessageAttributeNames: ["All"],
            MessageSystemAttributeNames: ["All"],
          }),
          { abortSignal: aborting.signal },
        ),
      );
      return Messages.map(received);
    } catch (error) {
      if (aborting.signal.aborted) return [];
      throw error;
    } finally {
      forget();
    }
  }

  async delete(arn: string, receiptHandles: readonly string[]): Promise<void> {
    const { DeleteMessageBatchCommand } = await sdk();
    const Entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#call(arn, (client, QueueUrl) =>
      client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries })),
    );
  }

  async changeVisibility(arn: string, ReceiptHandle: string, visibilityMs: number): Promise<void> {
    const { ChangeMessageVisibilityCommand } = await sdk();
    const VisibilityTimeout = Math.ceil(visibilityMs / 1000);
    await this.#call(arn, (client, QueueUrl) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    );
  }

  close(): Promise<void> {
    return this.#clients.close();
  }

  /** A refusal becomes an ApiError; a queue whose URL was known may have been made anew elsewhere. */
  async #call<T>(arn: string, work: (client: SQSClient, queueUrl: string) => Promise<T>): Promise<T> {
    const { SQSServiceException } = await sdk();
    try {
      const client = await this.#clients.for(arn);
      return await work(client, await this.#url(client, arn));
    } catch (error) {
      if (error instanceof SQSServiceException && error.$fault === "client") {
        this.#urls.delete(arn);
        throw new ApiError(error.name, error.message);
      }
      throw error;
    }
  }

  async #url(client: SQSClient, arn: string): Promise<string> {
    const known = this.#urls.get(arn);
    if (known !== undefined) return known;
    const { GetQueueUrlCommand } = await sdk();
    const QueueOwnerAWSAccountId = scopeOfArn(arn).accountId;
    const QueueName = arn.slice(arn.lastIndexOf(":") + 1);
    const { QueueUrl = "" } = await client.send(
      new GetQueueUrlCommand({ QueueName, QueueOwnerAWSAccountId }),
    );
    this.#urls.set(arn, QueueUrl);
    return QueueUrl;
  }
}

function received({
  MessageId,
  Body,
  ReceiptHandle,
  Attributes = {},
  MessageAttributes,
}: Message): QueueMessage {
  return {
    head: {
      id: MessageId ?? "",
      senderId: Attributes.SenderId ?? "",
      groupId: Attributes.MessageGroupId,
      deduplicationId: Attributes.MessageDeduplicationId,
      attributes: MessageAttributes && attributesOf(MessageAttributes),
      traceHeader: Attributes.AWSTraceHeader,
      deadLetterSourceArn: Attributes.DeadLetterQueueSourceArn,
    },
    body: Body ?? "",
    sentAtMs: Number(Attributes.SentTimestamp),
    sequence: 0,
    sequenceNumber: Attributes.SequenceNumber,
    receiveCount: Number(Attributes.ApproximateReceiveCount),
    firstReceivedAtMs: Number(Attributes.ApproximateFirstReceiveTimestamp),
    receiptHandle: ReceiptHandle ?? "",
  };
}

function attributesOf(
  given: Readonly<Record<string, MessageAttributeValue>>,
): Readonly<Record<string, MessageAttribute>> {
  return Object.fromEntries(
    Object.entries(given).map(([name, { DataType = "", StringValue, BinaryValue }]) => [
      name,
      BinaryValue === undefined
        ? { type: DataType, text: StringValue ?? "" }
        : { type: DataType, base64: Buffer.from(BinaryValue).toString("base64") },
    ]),
  );
}
