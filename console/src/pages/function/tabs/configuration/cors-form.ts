/** What is typed about cross-origin requests, and what it means. */
import type { Cors } from "@aws-sdk/client-lambda";
import { isNumber } from "../../../../kit/whole-number.ts";

export interface CorsDraft {
  /** Lists are typed with commas between. */
  readonly origins: string;
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  readonly maxAge: string;
  readonly hasCredentials: boolean;
}

/** Source: Cors in the service model. */
export const MAX_AGE_SECONDS = [0, 86_400] as const;

export function corsDraftOf(cors: Cors | undefined): CorsDraft {
  return {
    origins: cors?.AllowOrigins?.join(", ") ?? "*",
    methods: cors?.AllowMethods?.join(", ") ?? "*",
    headers: cors?.AllowHeaders?.join(", ") ?? "",
    exposed: cors?.ExposeHeaders?.join(", ") ?? "",
    maxAge: String(cors?.MaxAge ?? 0),
    hasCredentials: cors?.AllowCredentials === true,
  };
}

export function isCorsReady({ origins, methods, maxAge }: CorsDraft): boolean {
  return listOf(origins).length > 0 && listOf(methods).length > 0 && isNumber(maxAge, ...MAX_AGE_SECONDS);
}

export function corsOf(draft: CorsDraft): Cors {
  return {
    AllowOrigins: listOf(draft.origins),
    AllowMethods: listOf(draft.methods),
    AllowHeaders: listOf(draft.headers),
    ExposeHeaders: listOf(draft.exposed),
    MaxAge: Number(draft.maxAge),
    AllowCredentials: draft.hasCredentials,
  };
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}
