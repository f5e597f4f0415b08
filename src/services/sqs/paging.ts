/** Pages of lists of queues: a token is the name to go on after. */
import { SQS_LIMITS } from "../../config/mod.ts";
import { invalidParameter } from "./errors.ts";

export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface PageLimit {
  readonly items: number;
  /** Undefined when nothing follows, or when the caller gave no MaxResults (documented). */
  tokenAfter(lastName: string | undefined, hasMore: boolean): string | undefined;
}

/** Throws InvalidParameterValue. */
export function pageOf({ MaxResults: max, NextToken: token }: PageRequest): {
  afterName: string | undefined;
  limit: PageLimit;
} {
  const { listItemsDefault, listItemsMax } = SQS_LIMITS;
  if (max !== undefined && (!Number.isInteger(max) || max < 1 || max > listItemsMax)) {
    throw invalidParameter(max, "MaxResults", `MaxResults must be an integer between 1 and ${listItemsMax}.`);
  }
  const limit = {
    items: max ?? listItemsDefault,
    tokenAfter: (lastName: string | undefined, hasMore: boolean) =>
      lastName !== undefined && hasMore && max !== undefined
        ? Buffer.from(lastName).toString("base64url")
        : undefined,
  };
  return { afterName: token === undefined ? undefined : nameOf(token), limit };
}

function nameOf(token: string): string {
  const name = Buffer.from(token, "base64url").toString("utf8");
  if (!/^[A-Za-z0-9_.-]{1,80}$/.test(name))
    throw invalidParameter(token, "NextToken", "Invalid NextToken value.");
  return name;
}
