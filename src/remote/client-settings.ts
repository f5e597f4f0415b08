/** How clients of other servers are set up: those that speak AWS's protocols at an address of the user's choice. */
import { REMOTE_LIMITS, type ServiceEndpoint } from "../config/mod.ts";
import { Undeliverable } from "../dataplane/mod.ts";
import type { Scope } from "../model/mod.ts";

export function clientSettings({ endpointUrl, credentials }: ServiceEndpoint, { accountId, region }: Scope) {
  return {
    endpoint: endpointUrl,
    region,
    // Servers that check no keys may still tell accounts apart by them.
    credentials: credentials ?? { accessKeyId: accountId, secretAccessKey: "test" },
    maxAttempts: REMOTE_LIMITS.attemptsMax,
    requestHandler: {
      connectionTimeout: REMOTE_LIMITS.connectMsMax,
      requestTimeout: REMOTE_LIMITS.requestMsMax,
      httpAgent: { maxSockets: REMOTE_LIMITS.socketsMax },
    },
  };
}

export function scopeOfArn(arn: string): Scope {
  const [, , , region = "", accountId = ""] = arn.split(":");
  return { region, accountId };
}

/** What a service refuses will not arrive another time either; every other error may pass. */
export function refusalOf(arn: string, error: unknown): unknown {
  const isRefused = error instanceof Error && "$fault" in error && error.$fault === "client";
  return isRefused ? new Undeliverable(`${arn}: ${error.message}`) : error;
}

/** One client for each account and region that is asked for. */
export class Clients<Client extends { destroy(): void }> {
  readonly #make: (scope: Scope) => Promise<Client>;
  readonly #clients = new Map<string, Promise<Client>>();

  constructor(make: (scope: Scope) => Promise<Client>) {
    this.#make = make;
  }

  for(arn: string): Promise<Client> {
    const scope = scopeOfArn(arn);
    const key = `${scope.accountId}/${scope.region}`;
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const made = this.#make(scope);
    this.#clients.set(key, made);
    return made;
  }

  async close(): Promise<void> {
    for (const client of await Promise.all(this.#clients.values())) client.destroy();
  }
}
