/** The product's own HTTP surface, `/_lambkin/…`. */
import { settings } from "../app/settings.ts";

/** Parsed JSON; rejects with the server's words. `query` is sent beside the account and the region. */
export async function product<Answer>(
  path: string,
  query: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Answer> {
  const answer = await fetch(productUrl(path, query), signal === undefined ? {} : { signal });
  if (answer.ok) return (await answer.json()) as Answer;
  const said: unknown = await answer.json().catch(() => undefined);
  const message = (said as { message?: string } | undefined)?.message;
  throw new Error(message ?? `${path} answered ${answer.status} ${answer.statusText}`);
}

/** `productUrl("environments/stream")` → `/_lambkin/environments/stream?account=…&region=…` */
export function productUrl(path: string, query: Readonly<Record<string, string>> = {}): string {
  const { account, region } = settings();
  return `/_lambkin/${path}?${new URLSearchParams({ account, region, ...query })}`;
}

export interface Health {
  readonly version: string;
  readonly isolation: string;
  readonly network: string;
  readonly weaknesses: readonly string[];
  readonly endpoint: string;
  readonly auth: string;
  readonly runtimes: Readonly<
    Record<string, { readonly available: boolean; readonly version?: string; readonly warning?: string }>
  >;
}

export function health(): Promise<Health> {
  return product<Health>("health");
}
