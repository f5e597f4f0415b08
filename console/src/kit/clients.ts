/**
 * The AWS SDK in the browser, aimed at the server that served this page. In open mode the account is the access key (12
 * digits) and no signature is verified, so the secret is a word. Each service's code is loaded by the pages that import it.
 */
import { settings } from "../app/settings.ts";

interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly maxAttempts: number;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const made = new Map<string, unknown>();

/** One client for a service, account and region: `clientOf(LambdaClient)`. */
export function clientOf<Client>(Service: new (options: ClientSettings) => Client): Client {
  const { account, region } = settings();
  const key = `${Service.name} ${account} ${region}`;
  const known = made.get(key);
  if (known instanceof Service) return known;
  const client = new Service({
    endpoint: location.origin,
    region,
    // Who looks at a page wants to see a refusal, not wait for the third.
    maxAttempts: 1,
    credentials: { accessKeyId: account, secretAccessKey: "open" },
  });
  made.set(key, client);
  return client;
}
