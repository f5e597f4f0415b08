/** The lines Lambda itself writes into a function's log. Source: lines recorded on AWS. */

export function initStartLine(language: string, version: string, runtimeArn: string): string {
  return `INIT_START Runtime Version: ${language}:${version}.v1\tRuntime Version ARN: ${runtimeArn}\n`;
}

export interface InitReport {
  readonly durationMs: number;
  readonly phase: "init" | "invoke";
  readonly status: "timeout" | "error" | "success";
  readonly errorType?: string | undefined;
}

export function initReportLine({ durationMs, phase, status, errorType }: InitReport): string {
  const kind = errorType === undefined ? "" : `\tError Type: ${errorType}`;
  return `INIT_REPORT Init Duration: ${milliseconds(durationMs)} ms\tPhase: ${phase}\tStatus: ${status}${kind}\n`;
}

export function startLine(requestId: string, version: string): string {
  return `START RequestId: ${requestId} Version: ${version}\n`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}\n`;
}

/** `timeoutMs` is the configured timeout, not the time measured. */
export function timeoutLine(nowMs: number, requestId: string, timeoutMs: number): string {
  return `${new Date(nowMs).toISOString()} ${requestId} ${timeoutText(timeoutMs)}\n\n`;
}

export function timeoutText(timeoutMs: number): string {
  return `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
}

export interface Report {
  readonly requestId: string;
  readonly durationMs: number;
  /** Only where this invocation waited for a successful init. */
  readonly initDurationMs: number | undefined;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
  readonly status?: "timeout" | "error" | undefined;
  readonly errorType?: string | undefined;
}

const MIB = 1024 * 1024;

/** Billed: whole milliseconds, init included, of the durations as they are printed. Source: "AWS Lambda standardizes billing for INIT Phase" (August 2025). */
export function billedMs(durationMs: number, initDurationMs: number | undefined): number {
  const hundredths = Math.round(durationMs * 100) + Math.round((initDurationMs ?? 0) * 100);
  return Math.ceil(hundredths / 100);
}

export function reportLine(report: Report): string {
  const { durationMs, initDurationMs, memoryMib, status, errorType } = report;
  const usedMib = Math.min(memoryMib, Math.ceil(report.peakMemoryBytes / MIB));
  const fields = [
    `REPORT RequestId: ${report.requestId}`,
    `Duration: ${milliseconds(durationMs)} ms`,
    `Billed Duration: ${billedMs(durationMs, initDurationMs)} ms`,
    `Memory Size: ${memoryMib} MB`,
    `Max Memory Used: ${usedMib} MB`,
    ...(initDurationMs === undefined ? [] : [`Init Duration: ${milliseconds(initDurationMs)} ms`]),
    ...(status === undefined ? [] : [`Status: ${status}`]),
    ...(errorType === undefined ? [] : [`Error Type: ${errorType}`]),
  ];
  return `${fields.join("\t")}\t\n`;
}

function milliseconds(value: number): string {
  return value.toFixed(2);
}
