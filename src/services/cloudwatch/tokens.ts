/** Paging tokens: the place where the next page begins, opaque to callers. */
import { invalidToken } from "./errors.ts";

export function encodeToken(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** Throws InvalidNextToken unless `isPlace` says that this is one. */
export function decodeToken<T>(token: string, isPlace: (value: unknown) => value is T): T {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw invalidToken();
  }
  if (!isPlace(place)) throw invalidToken();
  return place;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
