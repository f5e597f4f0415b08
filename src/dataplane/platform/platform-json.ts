/**
 * Platform events as the lines of a log in the format JSON: the Telemetry API's envelope and records.
 * Source: "Lambda Telemetry API Event schema reference" page.
 */
import { readTrace } from "../../model/mod.ts";
import { billedMs, type PlatformEvent, type Traced, usedMib } from "./platform-event.ts";

export type SystemLogLevel = "DEBUG" | "INFO" | "WARN";

const RANK: Readonly<Record<SystemLogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2 };

/** Undefined where the format has no such line, or the level leaves it out. `nowMs` is epoch milliseconds. */
export function platformJson(event: PlatformEvent, nowMs: number, level: SystemLogLevel): string | undefined {
  if (RANK[levelOf(event)] < RANK[level]) return undefined;
  const record = recordOf(event);
  if (record === undefined) return undefined;
  const time = new Date(nowMs).toISOString();
  return `${JSON.stringify({ time, type: `platform.${event.kind}`, record })}\n`;
}

/** Source: that start and report are INFO is documented, the rest is recall. */
function levelOf(event: PlatformEvent): SystemLogLevel {
  switch (event.kind) {
    case "initStart":
    case "restoreStart":
    case "start":
      return "INFO";
    case "initReport":
    case "restoreReport":
      if (event.status !== "success") return "WARN";
      return event.initializationType === "on-demand" ? "DEBUG" : "INFO";
    case "initRuntimeDone":
    case "restoreRuntimeDone":
    case "runtimeDone":
      return event.status === "success" ? "DEBUG" : "WARN";
    case "extension":
      return event.state === "Ready" ? "DEBUG" : "WARN";
    case "telemetrySubscription":
      return "DEBUG";
    case "report":
      return event.status === "success" ? "INFO" : "WARN";
    case "failed":
    case "warning":
      return "WARN";
    default:
      return event satisfies never;
  }
}

/** Members that are undefined are left out. */
export function recordOf(event: PlatformEvent): object | undefined {
  switch (event.kind) {
    case "initStart":
      return {
        initializationType: event.initializationType,
        phase: "init",
        runtimeVersion: event.runtimeVersion,
        runtimeVersionArn: event.runtimeVersionArn,
        functionName: event.functionName,
        functionVersion: event.functionVersion,
        instanceId: event.instanceId,
        instanceMaxMemory: event.memoryMib * 1024 * 1024,
      };
    case "restoreStart":
      return {
        runtimeVersion: event.runtimeVersion,
        runtimeVersionArn: event.runtimeVersionArn,
        functionName: event.functionName,
        functionVersion: event.functionVersion,
        instanceId: event.instanceId,
        instanceMaxMemory: event.memoryMib * 1024 * 1024,
      };
    case "restoreReport":
      return {
        status: event.status,
        errorType: event.errorType,
        metrics: { durationMs: rounded(event.durationMs) },
      };
    case "restoreRuntimeDone":
      return { status: event.status, errorType: event.errorType };
    case "initReport":
      return {
        initializationType: event.initializationType,
        phase: event.phase,
        status: event.status,
        errorType: event.errorType,
        metrics: { durationMs: rounded(event.durationMs) },
      };
    case "initRuntimeDone":
      return {
        initializationType: event.initializationType,
        phase: event.phase,
        status: event.status,
        errorType: event.errorType,
      };
    case "extension":
      return { name: event.name, state: event.state, events: event.events, errorType: event.errorType };
    case "telemetrySubscription":
      return { name: event.name, state: "Subscribed", types: event.types };
    case "start":
      return { requestId: event.requestId, version: event.version, tracing: tracingOf(event) };
    case "runtimeDone":
      return {
        requestId: event.requestId,
        status: event.status,
        errorType: event.errorType,
        metrics: { durationMs: rounded(event.durationMs) },
        tracing: tracingOf(event),
      };
    case "report":
      return {
        requestId: event.requestId,
        status: event.status,
        errorType: event.errorType,
        metrics: {
          durationMs: rounded(event.durationMs),
          billedDurationMs: billedMs(event.durationMs, event.initDurationMs),
          memorySizeMB: event.memoryMib,
          maxMemoryUsedMB: usedMib(event),
          ...(event.initDurationMs !== undefined && { initDurationMs: rounded(event.initDurationMs) }),
          ...(event.restoreDurationMs !== undefined && {
            restoreDurationMs: rounded(event.restoreDurationMs),
            billedRestoreDurationMs: Math.ceil(event.restoreDurationMs),
          }),
        },
        tracing: tracingOf(event),
      };
    case "warning":
      return { text: event.text };
    // Status and error type of runtimeDone and report say it.
    case "failed":
      return undefined;
    default:
      return event satisfies never;
  }
}

function tracingOf({ tracing }: Traced): object | undefined {
  if (tracing === undefined) return undefined;
  return { spanId: readTrace(tracing)?.parent, type: "X-Amzn-Trace-Id", value: tracing };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
