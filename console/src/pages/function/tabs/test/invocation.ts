/** One test invocation, and what came of it. */
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { lambda } from "../../../../kit/lambda.ts";

export type InvocationType = "RequestResponse" | "Event" | "DryRun";

export interface Asked {
  readonly name: string;
  readonly qualifier: string;
  readonly type: InvocationType;
  readonly event: string;
}

export interface Outcome {
  readonly type: InvocationType;
  readonly requestId: string;
  readonly endedMs: number;
  /** As the visitor waited for it, the way to the server included. */
  readonly tookMs: number;
  /** Undefined where nothing failed. */
  readonly functionError: string | undefined;
  readonly version: string | undefined;
  readonly payload: string;
  readonly log: string;
}

/** Rejects with what AWS refuses a call with; a function that fails is an outcome. */
export async function invokeOnce(asked: Asked, signal: AbortSignal): Promise<Outcome> {
  const { name, qualifier, type, event } = asked;
  const startedMs = performance.now();
  const answer = await lambda().send(
    new InvokeCommand({
      FunctionName: name,
      Qualifier: qualifier,
      InvocationType: type,
      ...(type === "RequestResponse" && { LogType: "Tail" }),
      Payload: new TextEncoder().encode(event),
    }),
    { abortSignal: signal },
  );
  return {
    type,
    requestId: answer.$metadata.requestId ?? "–",
    endedMs: Date.now(),
    tookMs: performance.now() - startedMs,
    functionError: answer.FunctionError,
    version: answer.ExecutedVersion,
    payload: new TextDecoder().decode(answer.Payload ?? new Uint8Array()),
    log: decoded(answer.LogResult),
  };
}

/** What a failed function says of itself. */
export interface FunctionFailure {
  readonly errorType?: string;
  readonly errorMessage?: string;
  /** The runtimes name it differently. */
  readonly stack: readonly string[];
}

export function failureIn(payload: string): FunctionFailure {
  let said: unknown;
  try {
    said = JSON.parse(payload);
  } catch {
    return { errorMessage: payload, stack: [] };
  }
  if (typeof said !== "object" || said === null) return { errorMessage: payload, stack: [] };
  const { errorType, errorMessage, stackTrace, trace } = said as Readonly<Record<string, unknown>>;
  const lines = stackTrace ?? trace;
  return {
    ...(typeof errorType === "string" && { errorType }),
    ...(typeof errorMessage === "string" && { errorMessage }),
    stack: Array.isArray(lines) ? lines.map((line) => String(line).trimEnd()) : [],
  };
}

/** Indented, where it is JSON. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** Why a text is no JSON; undefined when it is. */
export function jsonProblem(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function decoded(base64: string | undefined): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(base64 ?? ""));
}
