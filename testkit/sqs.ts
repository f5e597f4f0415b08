/** The operations of SQS on a real store in a temporary folder, called as the gateway calls them, on a clock of the test's. */
import assert from "node:assert/strict";
import type { GetQueueAttributesResult, Message, ReceiveMessageRequest } from "@aws-sdk/client-sqs";
import { ApiError } from "../src/errors/mod.ts";
import type { Operation, RequestContext } from "../src/model/mod.ts";
import { Sqs } from "../src/services/sqs/mod.ts";
import type { Opened } from "../src/store/contract/opened.ts";
import type { QueueStore } from "../src/store/mod.ts";
import { HandClock } from "./hand-clock.ts";
import { openQueueStore } from "./queue-stores.ts";

export const SQS_CONTEXT: RequestContext = {
  requestId: "00000000-0000-0000-0000-000000000000",
  accountId: "000000000000",
  region: "us-east-1",
  accessKeyId: undefined,
  baseUrl: "http://127.0.0.1:4566",
  traceId: undefined,
};

export class TestSqs {
  readonly clock = new HandClock();
  readonly #opened: Opened<QueueStore>;
  readonly #wrap: (store: QueueStore) => QueueStore;
  #sqs: Sqs;

  private constructor(opened: Opened<QueueStore>, wrap: (store: QueueStore) => QueueStore) {
    this.#opened = opened;
    this.#wrap = wrap;
    this.#sqs = this.#openSqs(opened.store);
  }

  /** `wrap` may put something between the queues and their store. */
  static async open(wrap: (store: QueueStore) => QueueStore = (store) => store): Promise<TestSqs> {
    return new TestSqs(await openQueueStore(), wrap);
  }

  get port(): Sqs {
    return this.#sqs;
  }

  async call<Output>(name: string, input: object, context: Partial<RequestContext> = {}): Promise<Output> {
    const operation = this.#sqs.operations[name] as Operation<object> | undefined;
    assert.ok(operation, name);
    return (await operation(input, { ...SQS_CONTEXT, ...context })) as Output;
  }

  async refused(name: string, input: object, code: string, message?: RegExp): Promise<void> {
    await assert.rejects(this.call(name, input), (error) => {
      assert.ok(error instanceof ApiError, String(error));
      assert.equal(error.code, code);
      if (message !== undefined) assert.match(error.message, message);
      return true;
    });
  }

  /** Returns the URL. */
  async queue(name: string, attributes: Readonly<Record<string, string>> = {}): Promise<string> {
    const { QueueUrl } = await this.call<{ QueueUrl: string }>("CreateQueue", {
      QueueName: name,
      Attributes: attributes,
    });
    return QueueUrl;
  }

  send(
    url: string,
    body: string,
    more: object = {},
  ): Promise<{ MessageId: string; SequenceNumber?: string }> {
    return this.call("SendMessage", { QueueUrl: url, MessageBody: body, ...more });
  }

  async receive(url: string, more: Partial<ReceiveMessageRequest> = {}): Promise<Message[]> {
    const input = { QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ["All"], ...more };
    return (await this.call<{ Messages?: Message[] }>("ReceiveMessage", input)).Messages ?? [];
  }

  async bodies(url: string, more: Partial<ReceiveMessageRequest> = {}): Promise<(string | undefined)[]> {
    return (await this.receive(url, more)).map(({ Body }) => Body);
  }

  delete(url: string, message: Message | undefined): Promise<void> {
    return this.call("DeleteMessage", { QueueUrl: url, ReceiptHandle: message?.ReceiptHandle });
  }

  setVisibility(url: string, message: Message | undefined, seconds: number): Promise<void> {
    const ReceiptHandle = message?.ReceiptHandle;
    return this.call("ChangeMessageVisibility", { QueueUrl: url, ReceiptHandle, VisibilityTimeout: seconds });
  }

  async attributes(url: string, ...names: string[]): Promise<Readonly<Record<string, string>>> {
    const AttributeNames = names.length === 0 ? ["All"] : names;
    const found = await this.call<GetQueueAttributesResult>("GetQueueAttributes", {
      QueueUrl: url,
      AttributeNames,
    });
    return (found.Attributes ?? {}) as Record<string, string>;
  }

  /** Visible, in flight, delayed. */
  async counts(url: string): Promise<number[]> {
    const found = await this.attributes(url);
    return ["", "NotVisible", "Delayed"].map((kind) => Number(found[`ApproximateNumberOfMessages${kind}`]));
  }

  passSeconds(seconds: number): void {
    this.clock.pass(seconds * 1000);
  }

  /** As after a stop and a start: what is only in memory is gone. */
  async restart(): Promise<void> {
    await this.#sqs.close();
    this.#sqs = this.#openSqs(await this.#opened.reopen());
    await this.#sqs.resume();
  }

  async close(): Promise<void> {
    await this.#sqs.endWaits();
    await this.#sqs.close();
    await this.#opened.close();
  }

  #openSqs(store: QueueStore): Sqs {
    return new Sqs({
      store: this.#wrap(store),
      clock: this.clock,
      reportFault: (error) => assert.fail(String(error)),
    });
  }
}
