/**
 * What becomes of a batch after an attempt. Sources: "Using Lambda to process records from Amazon Kinesis Data Streams", sections on
 * errors, partial batch responses and bisecting; that a new first record begins to count anew is assumed.
 */
import type { MappingSettings } from "../../model/mod.ts";

export interface Attempted<Record> {
  readonly records: readonly Record[];
  /** Of those that failed, the ones that count against MaximumRetryAttempts. */
  readonly attempts: number;
}

export interface Aftermath<Record> {
  readonly done: readonly Record[];
  /** Given up. */
  readonly exhausted: Attempted<Record> | undefined;
  /** To be tried again, in this order. */
  readonly left: readonly Attempted<Record>[];
  /** Whether the same is tried again, which waits a little. */
  readonly isRepeated: boolean;
}

type RetrySettings = Pick<MappingSettings, "BisectBatchOnFunctionError" | "MaximumRetryAttempts">;

/** `failedFrom`: the first record that failed; undefined where none did. All from there on are tried again. */
export function afterAttempt<Record>(
  { records, attempts }: Attempted<Record>,
  failedFrom: number | undefined,
  { BisectBatchOnFunctionError: bisects = false, MaximumRetryAttempts: retriesMax = -1 }: RetrySettings,
): Aftermath<Record> {
  if (failedFrom === undefined) return { done: records, exhausted: undefined, left: [], isRepeated: false };
  const done = records.slice(0, failedFrom);
  const failed = records.slice(failedFrom);
  const ended = { done, exhausted: undefined, isRepeated: false };
  // Cut where the function said, or in the middle: neither counts as an attempt.
  if (bisects && failedFrom > 0) return { ...ended, left: [{ records: failed, attempts: 0 }] };
  if (bisects && failed.length > 1) {
    const middle = failed.length >> 1;
    const halves = [failed.slice(0, middle), failed.slice(middle)];
    return { ...ended, left: halves.map((half) => ({ records: half, attempts })) };
  }
  const again = { records: failed, attempts: (failedFrom > 0 ? 0 : attempts) + 1 };
  if (retriesMax >= 0 && again.attempts > retriesMax) return { ...ended, exhausted: again, left: [] };
  return { ...ended, left: [again], isRepeated: true };
}
