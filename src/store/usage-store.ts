/** The contract of what keeps the use that functions made of the machine, summed up by day. */

/** Whose use, and when. */
export interface UsageKey {
  /** UTC, `2026-11-21`. */
  readonly day: string;
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly version: string;
  /** `x86_64` or `arm64`. */
  readonly architecture: string;
}

/** Sums of whole numbers, so that they can be added for years without drifting. `MibMs`: MiB times milliseconds. */
export interface UsageCounts {
  /** As they are billed: a large event is several. */
  readonly requests: number;
  readonly invocations: number;
  /** Init phases included. */
  readonly billedMs: number;
  /** Of `billedMs`, what init phases took. */
  readonly initMs: number;
  readonly onDemandMibMs: number;
  /** In environments that were provisioned. */
  readonly provisionedMibMs: number;
  /** Provisioned environments, used or not. */
  readonly provisionMibMs: number;
  /** Of /tmp, what is above the size that costs nothing. */
  readonly storageMibMs: number;
  /** Of streamed responses, what is above the size that costs nothing. */
  readonly streamedBytes: number;
  /** Memory of snapshots that were restored. */
  readonly restoredMib: number;
}

export const USAGE_COUNTS = [
  "requests",
  "invocations",
  "billedMs",
  "initMs",
  "onDemandMibMs",
  "provisionedMibMs",
  "provisionMibMs",
  "storageMibMs",
  "streamedBytes",
  "restoredMib",
] as const satisfies readonly (keyof UsageCounts)[];

export type UsageLine = UsageKey & UsageCounts;

export interface UsageQuery {
  /** Both included. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly accountId?: string | undefined;
  readonly region?: string | undefined;
  readonly functionName?: string | undefined;
  readonly limit: number;
}

export interface UsageStore {
  /** Adds each line to what is there of the same key; all of them or none. */
  add(lines: readonly UsageLine[]): Promise<void>;
  /** By day, account, region, function, version, architecture, each ascending. */
  list(query: UsageQuery): Promise<UsageLine[]>;
  removeBefore(day: string): Promise<void>;
  close(): Promise<void>;
}
