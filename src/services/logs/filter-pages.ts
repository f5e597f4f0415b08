/** A page of filters, by the names of their groups and their own. */
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { LogFilterRecord } from "../../store/mod.ts";
import { invalidToken } from "./errors.ts";
import { listToken } from "./tokens.ts";

/** `filters` in order. Throws InvalidParameterException for a token that is none. */
export function pageOfFilters(
  filters: readonly LogFilterRecord[],
  {
    nextToken,
    limit = LOGS_LIMITS.describeItemsDefault,
  }: { nextToken?: string | undefined; limit?: number | undefined },
): { page: readonly LogFilterRecord[]; nextToken: string | undefined } {
  const place = nextToken === undefined ? undefined : placeOf(nextToken);
  const left = place === undefined ? filters : filters.filter((filter) => isBehind(filter, place));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  const hasMore = left.length > limit && last !== undefined;
  return { page, nextToken: hasMore ? listToken([last.group, last.name]) : undefined };
}

function isBehind(
  { group, name }: LogFilterRecord,
  [afterGroup, afterName]: readonly [string, string],
): boolean {
  return group > afterGroup || (group === afterGroup && name > afterName);
}

function placeOf(token: string): readonly [group: string, name: string] {
  try {
    const [group, name]: unknown[] = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof group === "string" && typeof name === "string") return [group, name];
  } catch {
    // Answered below as what it is: no token of ours.
  }
  throw invalidToken();
}
