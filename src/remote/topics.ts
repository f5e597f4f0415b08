/** Topics of a server that speaks SNS. */
import type { SNSClient } from "@aws-sdk/client-sns";
import type { ServiceEndpoint } from "../config/mod.ts";
import { Clients, clientSettings, refusalOf } from "./client-settings.ts";

/** Most servers never need it: it is loaded with the first message. */
const sdk = () => import("@aws-sdk/client-sns");

/** Source: Publish, Subject. */
const SUBJECT_CHARACTERS_MAX = 100;

export class RemoteTopics {
  readonly #clients: Clients<SNSClient>;

  constructor(endpoint: ServiceEndpoint) {
    this.#clients = new Clients(async (scope) => {
      const { SNSClient } = await sdk();
      return new SNSClient(clientSettings(endpoint, scope));
    });
  }

  /** Throws Undeliverable where there is no such topic, or it refuses the message. */
  async publish(
    arn: string,
    message: string,
    attributes: Readonly<Record<string, { readonly type: string; readonly text: string }>>,
    subject?: string,
  ): Promise<void> {
    const { PublishCommand } = await sdk();
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, { type, text }]) => [
        name,
        { DataType: type, StringValue: text },
      ]),
    );
    const named = subject === undefined ? {} : { Subject: subject.slice(0, SUBJECT_CHARACTERS_MAX) };
    const command = new PublishCommand({ TopicArn: arn, Message: message, MessageAttributes, ...named });
    try {
      await (await this.#clients.for(arn)).send(command);
    } catch (error) {
      throw refusalOf(arn, error);
    }
  }

  close(): Promise<void> {
    return this.#clients.close();
  }
}
