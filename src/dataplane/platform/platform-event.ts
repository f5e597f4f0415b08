/** What the platform itself has to say about an environment and its invocations, before it is written in any form. */

import type { InvocationStatus } from "../../model/mod.ts";

/** Who asked for an environment: an invocation that waits, or a provision made ahead of any. The words are AWS's. */
export type InitializationType = "on-demand" | "provisioned-concurrency" | "snap-start";

export type PlatformStatus = InvocationStatus;

export interface InitStart {
  /** `restoreStart`: from a snapshot. */
  readonly kind: "initStart" | "restoreStart";
  readonly initializationType: InitializationType;
  /** `python:3.13.v1` */
  readonly runtimeVersion: string;
  readonly runtimeVersionArn: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly instanceId: string;
  readonly memoryMib: number;
}

export interface InitReport {
  readonly kind: "initReport" | "restoreReport";
  readonly initializationType: InitializationType;
  readonly phase: "init" | "invoke";
  readonly status: PlatformStatus;
  readonly durationMs: number;
  readonly errorType?: string | undefined;
}

/** Of an invocation whose chain is sampled: the header as the function got it. */
export interface Traced {
  readonly tracing?: string | undefined;
}

export interface Start extends Traced {
  readonly kind: "start";
  readonly requestId: string;
  readonly version: string;
}

/** The runtime ended, or its time was up, in the middle of an invocation. */
export interface Failed {
  readonly kind: "failed";
  readonly requestId: string;
  readonly errorType: string;
  readonly reason: string;
  readonly isTimeout: boolean;
}

export interface RuntimeDone extends Traced {
  readonly kind: "runtimeDone";
  readonly requestId: string;
  readonly status: PlatformStatus;
  readonly durationMs: number;
  readonly errorType?: string | undefined;
}

export interface Report extends Traced {
  readonly kind: "report";
  readonly requestId: string;
  readonly status: PlatformStatus;
  readonly durationMs: number;
  /** Only where this invocation waited for a successful init. */
  readonly initDurationMs: number | undefined;
  /** Only where this invocation waited for a snapshot to be restored. */
  readonly restoreDurationMs: number | undefined;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
  readonly errorType?: string | undefined;
}

/** The runtime is ready for its first invocation, or failed on the way there; extensions may still prepare themselves. */
export interface InitRuntimeDone {
  readonly kind: "initRuntimeDone" | "restoreRuntimeDone";
  readonly initializationType: InitializationType;
  readonly phase: "init" | "invoke";
  readonly status: PlatformStatus;
  readonly errorType?: string | undefined;
}

/** What became of an extension in the init phase. */
export interface ExtensionReport {
  readonly kind: "extension";
  readonly name: string;
  readonly state: string;
  readonly events: readonly string[];
  readonly errorType?: string | undefined;
}

/** `api`: the older one has a line of its own in the log. */
export interface TelemetrySubscription {
  readonly kind: "telemetrySubscription";
  readonly api: "telemetry" | "logs";
  readonly name: string;
  readonly types: readonly string[];
}

/** Something is not as on AWS, and whoever reads the log should know. */
export interface Warning {
  readonly kind: "warning";
  readonly text: string;
}

export type PlatformEvent =
  | InitStart
  | InitRuntimeDone
  | InitReport
  | ExtensionReport
  | TelemetrySubscription
  | Start
  | Failed
  | RuntimeDone
  | Report
  | Warning;

const MIB = 1024 * 1024;

export function usedMib({ memoryMib, peakMemoryBytes }: Report): number {
  return Math.min(memoryMib, Math.ceil(peakMemoryBytes / MIB));
}

/**
 * Billed: whole milliseconds, init included, of the durations as they are printed. Source: "AWS Lambda standardizes
 * billing for INIT Phase" (August 2025).
 */
export function billedMs(durationMs: number, initDurationMs: number | undefined): number {
  const hundredths = Math.round(durationMs * 100) + Math.round((initDurationMs ?? 0) * 100);
  return Math.ceil(hundredths / 100);
}
