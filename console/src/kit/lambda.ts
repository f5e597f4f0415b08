/** `send(new InvokeCommand(…))` and its like, to Lambda; and walking through lists to their end. */
import { LambdaClient } from "@aws-sdk/client-lambda";
import { clientOf } from "./clients.ts";

/** Lists longer than this are cut, and the page says so. */
export const LISTED_MAX = 5000;

export function lambda(): LambdaClient {
  return clientOf(LambdaClient);
}

/** Asks for page after page until there is no marker, or enough is there. */
export async function allPages<Item>(
  ask: (marker: string | undefined) => Promise<{
    readonly items: readonly Item[] | undefined;
    readonly next: string | undefined;
  }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let marker: string | undefined;
  do {
    const page = await ask(marker);
    all.push(...(page.items ?? []));
    marker = page.next;
  } while (marker !== undefined && marker !== "" && all.length < LISTED_MAX);
  return all;
}
