/** The service as a whole: its life, its operations, and a port for those who use queues within this process. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../kit/mod.ts";
import type { OperationTable, TextToSend } from "../../model/mod.ts";
import type { MetricBuffer } from "../../observe/mod.ts";
import type { QueueStore } from "../../store/mod.ts";
import { hasInvalidCharacters } from "./attributes/characters.ts";
import { attributesBytes } from "./attributes/message-attributes.ts";
import { invalidCharacters, messageTooLong, queueDoesNotExist } from "./errors.ts";
import { MoveTasks } from "./queue/move-tasks.ts";
import type { Queue } from "./queue/queue.ts";
import type { QueueSettings } from "./queue/queue-settings.ts";
import { type QueueDepth, Queues } from "./queue/queues.ts";
import type { ReceivedMessage, ReceiveRequest, SendRequest, SendResult } from "./queue/requests.ts";
import { receiptOf } from "./receipts.ts";
import { sqsOperations } from "./table.ts";

export interface SqsOptions {
  readonly store: QueueStore;
  readonly clock: Clock;
  /** Where queues are counted, if anywhere. */
  readonly metrics?: MetricBuffer | undefined;
  /** Told of what goes wrong while nobody waits for it. */
  readonly reportFault: (error: unknown) => void;
}

/** Queues by their ARN, without HTTP; what is promised is the same. All but `find` throw QueueDoesNotExist. */
export interface QueuePort {
  /** Undefined when there is no such queue. */
  find(arn: string): Promise<QueueSettings | undefined>;
  /** The queue's own bounds on size and characters are the caller's matter. */
  send(arn: string, messages: readonly SendRequest[]): Promise<SendResult[]>;
  receive(arn: string, request: ReceiveRequest): Promise<ReceivedMessage[]>;
  /** The queue's own visibility timeout. */
  visibilityMs(arn: string): Promise<number>;
  /** Throws ReceiptHandleIsInvalid. */
  delete(arn: string, receiptHandles: readonly string[]): Promise<void>;
  /** Throws ReceiptHandleIsInvalid, InvalidParameterValue. */
  changeVisibility(arn: string, receiptHandle: string, visibilityMs: number): Promise<void>;
}

export class Sqs implements QueuePort {
  readonly operations: OperationTable;
  readonly #queues: Queues;
  readonly #moveTasks: MoveTasks;

  constructor({ store, clock, metrics, reportFault }: SqsOptions) {
    this.#queues = new Queues({ store, clock, metrics, reportFault });
    this.#moveTasks = new MoveTasks({ store, queues: this.#queues, reportFault });
    this.operations = sqsOperations({ queues: this.#queues, store, moveTasks: this.#moveTasks });
  }

  /** Takes up what the last stop or crash interrupted. */
  async resume(): Promise<void> {
    await this.#moveTasks.resume();
  }

  async find(arn: string): Promise<QueueSettings | undefined> {
    return (await this.#queues.findByArn(arn))?.settings;
  }

  async send(arn: string, messages: readonly SendRequest[]): Promise<SendResult[]> {
    return (await this.#find(arn)).send(messages);
  }

  /** One message of somebody within this process. Throws also InvalidMessageContents, InvalidParameterValue. */
  async sendText(arn: string, text: TextToSend): Promise<void> {
    const queue = await this.#find(arn);
    const { body, attributes, traceHeader } = text;
    if (hasInvalidCharacters(body)) throw invalidCharacters();
    const bytesMax = queue.settings.messageBytesMax;
    if (Buffer.byteLength(body) + attributesBytes(attributes) > bytesMax) throw messageTooLong(bytesMax);
    const senderId = queue.record.accountId;
    await queue.send([{ head: { id: randomUUID(), senderId, attributes, traceHeader }, body }]);
  }

  async receive(arn: string, request: ReceiveRequest): Promise<ReceivedMessage[]> {
    return (await this.#find(arn)).receive(request);
  }

  async visibilityMs(arn: string): Promise<number> {
    return (await this.#find(arn)).settings.visibilityMs;
  }

  async delete(arn: string, receiptHandles: readonly string[]): Promise<void> {
    const queue = await this.#find(arn);
    const receipts = receiptHandles.map((handle) => receiptOf(queue, handle));
    await Promise.all(receipts.map((receipt) => queue.delete(receipt)));
  }

  async changeVisibility(arn: string, receiptHandle: string, visibilityMs: number): Promise<void> {
    const queue = await this.#find(arn);
    await queue.changeVisibility(receiptOf(queue, receiptHandle), visibilityMs);
  }

  /** Counts how much there is in each queue in use into the minute that begins. */
  sample(): Promise<void> {
    return this.#queues.sample();
  }

  /** How much there is in each queue in use. */
  depths(): Promise<QueueDepth[]> {
    return this.#queues.depths();
  }

  /** Requests that wait for messages end, so that the server can. */
  async endWaits(): Promise<void> {
    await this.#queues.endWaits();
  }

  /** The store may be closed afterwards. */
  async close(): Promise<void> {
    await this.#moveTasks.close();
    await this.#queues.close();
  }

  async #find(arn: string): Promise<Queue> {
    const queue = await this.#queues.findByArn(arn);
    if (queue === undefined) throw queueDoesNotExist();
    return queue;
  }
}
