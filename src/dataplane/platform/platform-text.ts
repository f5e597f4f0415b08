/** Platform events as the lines of a log in the format Text. Source: lines recorded on AWS. */
import { readTrace } from "../../model/mod.ts";
import { billedMs, type PlatformEvent, type Report, usedMib } from "./platform-event.ts";

/** The events that become of one: a report brings the END line with it. `nowMs` is epoch milliseconds. */
export function platformText(event: PlatformEvent, nowMs: number): readonly string[] {
  switch (event.kind) {
    case "initStart":
      return [
        `INIT_START Runtime Version: ${event.runtimeVersion}\tRuntime Version ARN: ${event.runtimeVersionArn}\n`,
      ];
    case "restoreStart":
      return [
        `RESTORE_START Runtime Version: ${event.runtimeVersion}\tRuntime Version ARN: ${event.runtimeVersionArn}\n`,
      ];
    case "restoreReport": {
      const failure = event.status === "success" ? "" : `\tStatus: ${event.status}${errorField(event)}`;
      return [`RESTORE_REPORT Restore Duration: ${milliseconds(event.durationMs)} ms${failure}\n`];
    }
    case "initReport": {
      // A good one is told by the first REPORT.
      const isExpected = event.status === "success" && event.phase === "init";
      if (isExpected && event.initializationType === "on-demand") return [];
      return [
        `INIT_REPORT Init Duration: ${milliseconds(event.durationMs)} ms\tPhase: ${event.phase}\tStatus: ${event.status}${errorField(event)}\n`,
      ];
    }
    case "start":
      return [`START RequestId: ${event.requestId} Version: ${event.version}\n`];
    case "failed":
      return event.isTimeout
        ? [`${new Date(nowMs).toISOString()} ${event.requestId} ${event.reason}\n\n`]
        : [`RequestId: ${event.requestId} Error: ${event.reason}\n${event.errorType}\n`];
    case "initRuntimeDone":
    case "restoreRuntimeDone":
    case "runtimeDone":
      return [];
    case "extension": {
      const { name, state, events } = event;
      return [
        `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(", ")}]${errorField(event)}\n`,
      ];
    }
    case "telemetrySubscription": {
      const types = event.types.map((type) => type.charAt(0).toUpperCase() + type.slice(1));
      return [
        `${event.api.toUpperCase()}\tName: ${event.name}\tState: Subscribed\tTypes: [${types.join(", ")}]\n`,
      ];
    }
    case "report":
      return [`END RequestId: ${event.requestId}\n`, reportLine(event)];
    case "warning":
      return [`LAMBKIN_WARNING: ${event.text}\n`];
    default:
      return event satisfies never;
  }
}

function errorField({ errorType }: { readonly errorType?: string | undefined }): string {
  return errorType === undefined ? "" : `\tError Type: ${errorType}`;
}

function reportLine(report: Report): string {
  const { durationMs, initDurationMs, restoreDurationMs, memoryMib, status, errorType } = report;
  // A function that failed by itself leaves no trace here.
  const shown = { timeout: "timeout", failure: "error", error: undefined, success: undefined }[status];
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${milliseconds(durationMs)} ms`,
    `Billed Duration: ${billedMs(durationMs, initDurationMs)} ms`,
    `Memory Size: ${memoryMib} MB`,
    `Max Memory Used: ${usedMib(report)} MB`,
    ...(initDurationMs === undefined ? [] : [`Init Duration: ${milliseconds(initDurationMs)} ms`]),
    ...(restoreDurationMs === undefined
      ? []
      : [
          `Restore Duration: ${milliseconds(restoreDurationMs)} ms`,
          `Billed Restore Duration: ${Math.ceil(restoreDurationMs)} ms`,
        ]),
    ...(shown === undefined ? [] : [`Status: ${shown}`]),
    ...(shown === undefined || errorType === undefined ? [] : [`Error Type: ${errorType}`]),
  ];
  return `${fields.join("\t")}\t\n${xrayLine(report)}`;
}

/** Its layout is recall. */
function xrayLine({ tracing }: Report): string {
  const trace = readTrace(tracing);
  if (trace === undefined) return "";
  return `XRAY TraceId: ${trace.root}\tSegmentId: ${trace.parent}\tSampled: true\t\n`;
}

function milliseconds(value: number): string {
  return value.toFixed(2);
}
