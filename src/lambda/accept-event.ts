/** Takes an event for asynchronous invocation: it is on disk when the promise resolves. */
import { LAMBDA_LIMITS } from "../config/mod.ts";
import { eventPayloadTooLarge } from "../errors/mod.ts";
import type { RequestContext } from "../model/mod.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import type { FoundFunction } from "./find-function.ts";

/** The request id is the event's on every attempt. Throws RequestTooLargeException, TooManyRequestsException. */
export async function acceptEvent(
  { asyncQueue }: LambdaDependencies,
  { latest, qualifier }: FoundFunction,
  payload: Buffer,
  clientContext: string | undefined,
  context: RequestContext,
): Promise<void> {
  if (payload.length > LAMBDA_LIMITS.eventPayloadBytesMax) {
    throw eventPayloadTooLarge(payload.length, LAMBDA_LIMITS.eventPayloadBytesMax);
  }
  await asyncQueue.accept({
    id: context.requestId,
    scope: { accountId: context.accountId, region: context.region },
    functionName: latest.name,
    qualifier,
    payload,
    clientContext,
    traceId: context.traceId,
  });
}
