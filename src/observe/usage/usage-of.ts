/**
 * What one observation adds to the bill. Sources: "AWS Lambda Pricing" page; "AWS Lambda standardizes billing for INIT
 * Phase" (August 2025): init phases are billed, those that fail, too.
 */
import { LAMBDA_LIMITS, USAGE_LIMITS } from "../../config/mod.ts";
import type { InitFailed, Invoked, ProvisionInitialized } from "../../model/mod.ts";
import type { UsageCounts } from "../../store/mod.ts";

/** Undefined members are 0. */
export type UsageDelta = { readonly [Name in keyof UsageCounts]?: number };

export function usageOfInvocation(invoked: Invoked): UsageDelta {
  const { target, concurrency, initDurationMs, restoreDurationMs, isAsync, payloadBytes } = invoked;
  const { MemorySize } = target.settings;
  // REPORT names the restore apart from the billed duration; both are billed.
  const restoreMs = Math.ceil(restoreDurationMs ?? 0);
  const billedMs = invoked.billedMs + restoreMs;
  const isProvisioned = concurrency === "provisioned";
  return {
    requests: isAsync ? requestsOfEvent(payloadBytes) : 1,
    invocations: 1,
    billedMs,
    initMs: Math.ceil(initDurationMs ?? 0) + restoreMs,
    onDemandMibMs: isProvisioned ? 0 : MemorySize * billedMs,
    provisionedMibMs: isProvisioned ? MemorySize * billedMs : 0,
    storageMibMs: storageMib(invoked) * billedMs,
    streamedBytes: streamedBytes(invoked.responseBytes),
    restoredMib: restoreDurationMs === undefined || isJava(invoked) ? 0 : MemorySize,
  };
}

/** Of an init that is in no invocation's bill: one that failed, or of an environment that is provisioned. */
export function usageOfInit(init: InitFailed | ProvisionInitialized): UsageDelta {
  const billedMs = Math.ceil(init.durationMs);
  const mibMs = init.target.settings.MemorySize * billedMs;
  const isProvisioned = init.kind === "provisionInitialized";
  return {
    billedMs,
    initMs: billedMs,
    onDemandMibMs: isProvisioned ? 0 : mibMs,
    provisionedMibMs: isProvisioned ? mibMs : 0,
    storageMibMs: storageMib(init) * billedMs,
  };
}

/** The first 256 KB of an event are one request, each further 64 KB another. */
export function requestsOfEvent(payloadBytes: number): number {
  const { firstBytes, furtherBytes } = USAGE_LIMITS.eventRequest;
  return 1 + Math.ceil(Math.max(0, payloadBytes - firstBytes) / furtherBytes);
}

function storageMib({ target }: Pick<Invoked, "target">): number {
  return Math.max(0, target.settings.EphemeralStorage.Size - LAMBDA_LIMITS.ephemeralStorageMibDefault);
}

/** Only a streamed response can be larger than what others may have. */
function streamedBytes(responseBytes: number): number {
  if (responseBytes <= LAMBDA_LIMITS.responsePayloadBytesMax) return 0;
  return responseBytes - USAGE_LIMITS.streamedFreeBytes;
}

function isJava({ target }: Invoked): boolean {
  return target.settings.Runtime?.startsWith("java") === true;
}
