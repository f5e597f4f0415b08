/** What is told to whom when an event is done with. Sources: records and messages recorded on AWS. */
import { recursiveInvocation, throttled } from "../../errors/mod.ts";
import {
  type EventInvokeSetting,
  type FunctionVersion,
  functionArn,
  type InvocationOutcome,
  LATEST,
} from "../../model/mod.ts";
import type { Delivery, EventHead } from "../../store/mod.ts";
import type { Condition } from "./conclude.ts";

export interface FinishedEvent {
  readonly head: EventHead;
  readonly payload: Buffer;
  readonly target: FunctionVersion;
  readonly condition: Condition;
  /** Of the last attempt; undefined where none was made. */
  readonly outcome: Exclude<InvocationOutcome, { readonly kind: "throttled" }> | undefined;
  /** What was tried last failed for reasons of our own. */
  readonly isFaulty: boolean;
  /** Attempts that reached the function. */
  readonly invokeCount: number;
  readonly nowMs: number;
}

/** Of an error message, in a dead-letter queue. Source: "Adding a dead-letter queue" page. */
const ERROR_MESSAGE_BYTES = 1024;
const FUNCTION_ERROR_CODE = 200;

export function deliveriesOf(event: FinishedEvent, setting: Partial<EventInvokeSetting>): Delivery[] {
  const isSuccess = event.condition === "Success";
  const destination = isSuccess ? setting.onSuccess : setting.onFailure;
  const deadLetterArn = isSuccess ? undefined : event.target.settings.DeadLetterConfig?.TargetArn;
  return [
    ...(deadLetterArn === undefined ? [] : [deadLetter(event, deadLetterArn)]),
    ...(destination === undefined ? [] : [result(event, destination)]),
  ];
}

function deadLetter(event: FinishedEvent, arn: string): Delivery {
  const { head, payload, outcome } = event;
  const text = payload.toString();
  const { code, message } =
    outcome === undefined
      ? refusalOf(event)
      : { code: FUNCTION_ERROR_CODE, message: errorMessageOf(outcome.payload) };
  return {
    arn,
    body: text === "" ? "{}" : text,
    attributes: {
      RequestID: { type: "String", text: head.id },
      ErrorCode: { type: "Number", text: String(code) },
      // A queue takes no attribute without a value.
      ErrorMessage: { type: "String", text: message === "" ? "null" : message },
    },
  };
}

/** Of an event that did not run: what a caller who waits would have been told (recall). */
function refusalOf({ condition, isFaulty }: FinishedEvent): { code: number; message: string } {
  if (isFaulty && condition === "EventAgeExceeded")
    return { code: 500, message: "Lambkin could not run the function; its log has the request id." };
  const [code, refusal] =
    condition === "RecursiveInvocation"
      ? [400, recursiveInvocation()]
      : [429, throttled("ConcurrentInvocationLimitExceeded")];
  return { code, message: refusal.message ?? "" };
}

/** Version 1.0 of the record; a text, because payloads stay as they are, digit for digit. */
function result(event: FinishedEvent, arn: string): Delivery {
  const { head, payload, target, condition, outcome, invokeCount, nowMs } = event;
  const isSuccess = condition === "Success";
  const members: [string, string][] = [
    ["version", '"1.0"'],
    ["timestamp", JSON.stringify(new Date(nowMs).toISOString())],
    [
      "requestContext",
      JSON.stringify({
        requestId: head.id,
        functionArn: functionArn(head.scope, head.functionName, head.qualifier ?? LATEST),
        condition,
        approximateInvokeCount: invokeCount,
      }),
    ],
    ["requestPayload", jsonText(payload)],
  ];
  if (outcome !== undefined) {
    const responseContext = {
      statusCode: 200,
      executedVersion: target.version,
      ...(isSuccess ? {} : { functionError: "Unhandled" }),
    };
    members.push(
      ["responseContext", JSON.stringify(responseContext)],
      ["responsePayload", jsonText(outcome.payload)],
    );
  }
  const body = `{${members.map(([name, json]) => `"${name}":${json}`).join(",")}}`;
  return { arn, body, outcome: isSuccess ? "Success" : "Failure" };
}

/** A function of a custom runtime may answer with anything. */
function jsonText(payload: Buffer): string {
  const text = payload.toString();
  if (text === "") return "null";
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

function errorMessageOf(payload: Buffer): string {
  try {
    const { errorMessage } = JSON.parse(payload.toString()) as { errorMessage?: unknown };
    return cut(typeof errorMessage === "string" ? errorMessage : "");
  } catch {
    return cut(payload.toString());
  }
}

/** Never in the middle of a character. */
function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= ERROR_MESSAGE_BYTES) return text;
  return new TextDecoder().decode(bytes.subarray(0, ERROR_MESSAGE_BYTES)).replace(/\uFFFD$/, "");
}
