/** Event invoke configs: in the words of the API, and what a destination may be. Source: answers recorded on AWS. */
import type { DestinationConfig, FunctionEventInvokeConfig } from "@aws-sdk/client-lambda";
import { type ApiError, invalidParameter, resourceNotFound } from "../errors/mod.ts";
import {
  type EventInvokeSetting,
  functionArn,
  LATEST,
  parseFunctionReference,
  type Scope,
} from "../model/mod.ts";
import type { FunctionStore } from "../store/mod.ts";
import { findQualified } from "./find-function.ts";

export interface EventInvokeTarget {
  readonly name: string;
  /** `$LATEST` for the function itself. */
  readonly qualifier: string;
}

export function eventInvokeTarget(
  scope: Scope,
  given: string,
  parameter: string | undefined,
): EventInvokeTarget {
  const { name, qualifier } = parseFunctionReference(scope, given, parameter);
  return { name, qualifier: qualifier ?? LATEST };
}

/** Throws ResourceNotFoundException. */
export async function requireFunction(
  store: FunctionStore,
  scope: Scope,
  { name, qualifier }: EventInvokeTarget,
): Promise<void> {
  if ((await findQualified(store, scope, name, qualifier)) === undefined) {
    throw resourceNotFound("The function doesn't exist.");
  }
}

/** Throws ResourceNotFoundException. */
export async function getSetting(
  store: FunctionStore,
  scope: Scope,
  { name, qualifier }: EventInvokeTarget,
): Promise<EventInvokeSetting> {
  const setting = await store.findSetting(scope, name, "eventInvoke", qualifier);
  if (setting === undefined) {
    throw resourceNotFound(
      `The function ${functionArn(scope, name, qualifier)} doesn't have an EventInvokeConfig`,
    );
  }
  return setting;
}

/** Both destinations are always there, empty where none is set (recorded). */
export function eventInvokeConfig(
  scope: Scope,
  { name, qualifier }: EventInvokeTarget,
  setting: EventInvokeSetting,
): FunctionEventInvokeConfig {
  const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure } = setting;
  return {
    LastModified: new Date(setting.lastModifiedMs),
    FunctionArn: functionArn(scope, name, qualifier),
    ...(maximumRetryAttempts !== undefined && { MaximumRetryAttempts: maximumRetryAttempts }),
    ...(maximumEventAgeSeconds !== undefined && { MaximumEventAgeInSeconds: maximumEventAgeSeconds }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}

export interface AskedEventInvoke {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?: DestinationConfig | undefined;
}

/** What is asked for over what was. Throws InvalidParameterValueException. */
export async function mergedSetting(
  store: FunctionStore,
  scope: Scope,
  target: EventInvokeTarget,
  before: Partial<EventInvokeSetting>,
  asked: AskedEventInvoke,
  nowMs: number,
): Promise<EventInvokeSetting> {
  const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age, DestinationConfig: config } = asked;
  if (attempts === undefined && age === undefined && config === undefined) {
    throw invalidParameter("You must specify at least one of error handling or destination setting.");
  }
  for (const side of ["OnSuccess", "OnFailure"] as const) {
    await checkDestination(store, scope, target, side, config?.[side]?.Destination);
  }
  const { onSuccess: successBefore, onFailure: failureBefore, ...rest } = before;
  const onSuccess = chosen(config?.OnSuccess, successBefore);
  const onFailure = chosen(config?.OnFailure, failureBefore);
  return {
    ...rest,
    ...(attempts !== undefined && { maximumRetryAttempts: attempts }),
    ...(age !== undefined && { maximumEventAgeSeconds: age }),
    ...(onSuccess !== undefined && { onSuccess }),
    ...(onFailure !== undefined && { onFailure }),
    lastModifiedMs: nowMs,
  };
}

/** A side that is sent without a destination clears it. */
function chosen(
  side: { Destination?: string | undefined } | undefined,
  before: string | undefined,
): string | undefined {
  return side === undefined ? before : side.Destination || undefined;
}

async function checkDestination(
  store: FunctionStore,
  scope: Scope,
  { name }: EventInvokeTarget,
  side: "OnSuccess" | "OnFailure",
  destination: string | undefined,
): Promise<void> {
  if (destination === undefined || destination === "") return;
  const service = destination.split(":")[2] ?? "";
  const allowed = ["sqs", "sns", "lambda", "events", ...(side === "OnFailure" ? ["s3"] : [])];
  // Only standard queues are documented; the words for the others are assumed to be the same.
  const isFifo = service === "sqs" && destination.endsWith(".fifo");
  if (!allowed.includes(service) || isFifo) throw wrongService(side, destination);
  if (service !== "lambda") return;
  const reference = parseFunctionReference(scope, destination);
  if (reference.name === name) {
    throw invalidParameter("You can't specify the function as a destination for itself.");
  }
  if ((await findQualified(store, scope, reference.name, reference.qualifier)) === undefined) {
    throw invalidParameter(`The destination ARN ${destination} is invalid.`);
  }
}

/** Java's rendering of the request, as AWS sends it (recorded). */
function wrongService(side: "OnSuccess" | "OnFailure", destination: string): ApiError {
  const success = side === "OnSuccess" ? `OnSuccess(destination=${destination})` : "null";
  const failure = side === "OnFailure" ? `OnFailure(destination=${destination})` : "null";
  return invalidParameter(
    `The provided destination config DestinationConfig(onSuccess=${success}, onFailure=${failure}) is invalid.`,
  );
}
