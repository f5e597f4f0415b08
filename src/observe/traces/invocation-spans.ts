/**
 * One invocation as spans of OTLP's JSON form: the whole of it, and below it each of its stages. Sources: the "OpenTelemetry
 * Protocol" specification (ids are hexadecimal, 64-bit numbers are texts, members are in lowerCamelCase), the semantic
 * conventions for FaaS spans and resources.
 */
import { functionArn, type Invoked, newSpanId, readTrace } from "../../model/mod.ts";

export interface Attribute {
  readonly key: string;
  readonly value:
    | { readonly stringValue: string }
    | { readonly intValue: string }
    | { readonly boolValue: boolean };
}

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 is internal, 2 a server's, 5 a consumer's. */
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  /** 2 is an error. */
  readonly status?: { readonly code: number; readonly message: string };
}

const INTERNAL = 1;
const SERVER = 2;
const CONSUMER = 5;
const ERROR = 2;
/** Less between the runtime's end and the invocation's is measuring, not the work of extensions. */
const EXTENSIONS_MS_MIN = 0.05;

/** The chain's: 32 hexadecimal digits, of `X-Amzn-Trace-Id` where there is one. */
export function traceIdOf({ traceId, requestId }: Invoked): string {
  const root = readTrace(traceId)?.root;
  return (root === undefined ? requestId.replaceAll("-", "") : root.slice(2).replace("-", "")).toLowerCase();
}

/** The first is the whole invocation; the stage `invoke` has the id that the function was told as its parent. */
export function spansOf(invoked: Invoked): Span[] {
  const { origin, admittedAtMs, startedAtMs, runtimeMs, durationMs } = invoked;
  const traceId = traceIdOf(invoked);
  const spanId = newSpanId();
  const preparedMs = invoked.initDurationMs ?? invoked.restoreDurationMs;
  const preparedAtMs = startedAtMs - (preparedMs ?? 0);
  const dueAtMs = Math.min(origin?.dueAtMs ?? admittedAtMs, admittedAtMs);
  const stage = (name: string, fromMs: number, toMs: number, id = newSpanId()): Span => ({
    ...{ traceId, spanId: id, parentSpanId: spanId, name, kind: INTERNAL, attributes: [] },
    ...between(fromMs, toMs),
  });
  const run = stage(
    "invoke",
    startedAtMs,
    startedAtMs + runtimeMs,
    readTrace(invoked.traceId)?.parent.toLowerCase(),
  );
  const caller = origin?.callerSpanId?.toLowerCase();
  return [
    {
      ...{ traceId, spanId, name: invoked.functionName },
      ...(caller !== undefined && { parentSpanId: caller }),
      kind: origin?.trigger === "pubsub" ? CONSUMER : SERVER,
      ...between(dueAtMs, startedAtMs + durationMs),
      attributes: attributesOf(invoked),
      ...statusOf(invoked),
    },
    ...(dueAtMs < admittedAtMs ? [stage("queue", dueAtMs, admittedAtMs)] : []),
    stage("placement", admittedAtMs, preparedAtMs),
    ...(preparedMs === undefined
      ? []
      : [stage(invoked.initDurationMs === undefined ? "restore" : "init", preparedAtMs, startedAtMs)]),
    { ...run, ...statusOf(invoked) },
    ...(durationMs - runtimeMs > EXTENSIONS_MS_MIN
      ? [stage("extensions", startedAtMs + runtimeMs, startedAtMs + durationMs)]
      : []),
  ];
}

/** Of the environment it ran in. */
export function resourceOf(invoked: Invoked, serviceName: string): Attribute[] {
  const { scope, functionName, target, environmentId, memoryMib } = invoked;
  return [
    text("service.name", serviceName),
    text("cloud.account.id", scope.accountId),
    text("cloud.region", scope.region),
    text("cloud.resource_id", functionArn(scope, functionName)),
    text("faas.name", functionName),
    text("faas.version", target.version),
    text("faas.instance", environmentId),
    number("faas.max_memory", memoryMib * 1024 * 1024),
  ];
}

function attributesOf(invoked: Invoked): Attribute[] {
  const { origin, requestId, invokedArn, initDurationMs, restoreDurationMs, status } = invoked;
  const isCold = initDurationMs !== undefined || restoreDurationMs !== undefined;
  return [
    text("faas.invocation_id", requestId),
    text("faas.trigger", origin?.trigger ?? "other"),
    { key: "faas.coldstart", value: { boolValue: isCold } },
    text("aws.lambda.invoked_arn", invokedArn),
    number("lambkin.billed_ms", invoked.billedMs),
    number("lambkin.peak_memory_bytes", invoked.peakMemoryBytes),
    ...(status === "success" ? [] : [text("error.type", errorOf(invoked) ?? status)]),
  ];
}

function errorOf({ exceptionType, errorType }: Invoked): string | undefined {
  return exceptionType ?? errorType;
}

function statusOf(invoked: Invoked): Pick<Span, "status"> {
  const { status } = invoked;
  if (status === "success") return {};
  const error = errorOf(invoked);
  return { status: { code: ERROR, message: error === undefined ? status : `${status}: ${error}` } };
}

function between(fromMs: number, toMs: number): Pick<Span, "startTimeUnixNano" | "endTimeUnixNano"> {
  return { startTimeUnixNano: nanoseconds(fromMs), endTimeUnixNano: nanoseconds(Math.max(fromMs, toMs)) };
}

/** A double has place for microseconds of our time, not for nanoseconds. */
function nanoseconds(epochMs: number): string {
  return `${Math.round(epochMs * 1000)}000`;
}

function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } };
}

function number(key: string, value: number): Attribute {
  return { key, value: { intValue: String(Math.round(value)) } };
}
