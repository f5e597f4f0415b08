/** Percentiles of samples, and medians over runs: machines are noisy, single numbers lie. */

export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
  return sorted[index] ?? Number.NaN;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many numbers there are. */
  readonly runs: number;
}

export function spread(runs: readonly number[]): Spread {
  return { median: percentile(runs, 0.5), min: Math.min(...runs), max: Math.max(...runs), runs: runs.length };
}
