/** Event buses of a server that speaks EventBridge. */
import type { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import type { ServiceEndpoint } from "../config/mod.ts";
import { type BusEvent, Undeliverable } from "../dataplane/mod.ts";
import { Clients, clientSettings, refusalOf } from "./client-settings.ts";

/** Most servers never need it: it is loaded with the first event. */
const sdk = () => import("@aws-sdk/client-eventbridge");

export class RemoteEventBuses {
  readonly #clients: Clients<EventBridgeClient>;

  constructor(endpoint: ServiceEndpoint) {
    this.#clients = new Clients(async (scope) => {
      const { EventBridgeClient } = await sdk();
      return new EventBridgeClient(clientSettings(endpoint, scope));
    });
  }

  /** Throws Undeliverable where there is no such bus, or it refuses the event. */
  async put(arn: string, { source, detailType, resources, detail }: BusEvent): Promise<void> {
    const { PutEventsCommand } = await sdk();
    const entry = { EventBusName: arn, Source: source, DetailType: detailType, Detail: detail };
    const command = new PutEventsCommand({ Entries: [{ ...entry, Resources: [...resources] }] });
    try {
      const { Entries } = await (await this.#clients.for(arn)).send(command);
      const refused = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
      if (refused !== undefined)
        throw new Undeliverable(`${arn}: ${refused.ErrorMessage ?? refused.ErrorCode}`);
    } catch (error) {
      throw refusalOf(arn, error);
    }
  }

  close(): Promise<void> {
    return this.#clients.close();
  }
}
