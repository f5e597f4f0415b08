/** The time that is looked at, and in what periods: CloudWatch begins periods at multiples of themselves. Pure. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A chart with more points is no longer read; with fewer it could tell more. */
const POINTS_WANTED_MAX = 200;
const POINTS_MAX = 1500;
/** After these times only five minutes together are kept, and only hours. */
const MINUTES_KEPT_MS = 15 * DAY_MS;
const FIVE_MINUTES_KEPT_MS = 63 * DAY_MS;

export type TimeRange =
  | { readonly kind: "last"; readonly minutes: number }
  | { readonly kind: "between"; readonly fromMs: number; readonly untilMs: number };

export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly periodSeconds: number;
}

export const PERIODS: readonly { readonly seconds: number; readonly label: string }[] = [
  { seconds: 60, label: "1 minute" },
  { seconds: 300, label: "5 minutes" },
  { seconds: 900, label: "15 minutes" },
  { seconds: 3600, label: "1 hour" },
  { seconds: 21_600, label: "6 hours" },
  { seconds: 86_400, label: "1 day" },
];

/** Those that suit a range: neither longer than it, nor so many that nobody could read them, nor finer than what is kept. */
export function periodsFor(range: TimeRange, nowMs: number): typeof PERIODS {
  const { fromMs, untilMs } = boundsOf(range, nowMs);
  const length = untilMs - fromMs;
  const finest = finestMs(fromMs, nowMs);
  const fitting = PERIODS.filter(({ seconds }) => {
    const periodMs = seconds * 1000;
    return periodMs >= finest && periodMs <= length && length / periodMs <= POINTS_MAX;
  });
  return fitting.length > 0 ? fitting : PERIODS.filter(({ seconds }) => seconds * 1000 >= finest).slice(0, 1);
}

export function automaticPeriod(range: TimeRange, nowMs: number): number {
  const { fromMs, untilMs } = boundsOf(range, nowMs);
  const fitting = periodsFor(range, nowMs);
  const readable = fitting.find(({ seconds }) => (untilMs - fromMs) / (seconds * 1000) <= POINTS_WANTED_MAX);
  return (readable ?? fitting.at(-1))?.seconds ?? 60;
}

/** Whole periods; the one that is not over is there, too. `chosenSeconds` undefined: the automatic one. */
export function spanOf(range: TimeRange, chosenSeconds: number | undefined, nowMs: number): Span {
  const isFitting = periodsFor(range, nowMs).some(({ seconds }) => seconds === chosenSeconds);
  const periodSeconds =
    chosenSeconds !== undefined && isFitting ? chosenSeconds : automaticPeriod(range, nowMs);
  const { fromMs, untilMs } = boundsOf(range, nowMs);
  const periodMs = periodSeconds * 1000;
  return {
    fromMs: Math.floor(fromMs / periodMs) * periodMs,
    untilMs: Math.ceil(untilMs / periodMs) * periodMs,
    periodSeconds,
  };
}

/** The beginnings of all periods. */
export function timesOf({ fromMs, untilMs, periodSeconds }: Span): number[] {
  const count = Math.ceil((untilMs - fromMs) / (periodSeconds * 1000));
  return Array.from({ length: count }, (_, place) => fromMs + place * periodSeconds * 1000);
}

/**
 * How often it is worth looking again; undefined when nothing can change any more. Percentiles of days cost the server a good
 * part of a second, and a long range changes slowly.
 */
export function refreshMsOf(range: TimeRange, nowMs: number): number | undefined {
  const { fromMs, untilMs } = boundsOf(range, nowMs);
  if (untilMs + 5 * MINUTE_MS < nowMs) return undefined;
  if (untilMs - fromMs <= 3 * 60 * MINUTE_MS) return 5000;
  return untilMs - fromMs <= DAY_MS ? 15_000 : MINUTE_MS;
}

function boundsOf(range: TimeRange, nowMs: number): { readonly fromMs: number; readonly untilMs: number } {
  if (range.kind === "between") return range;
  return { fromMs: nowMs - range.minutes * MINUTE_MS, untilMs: nowMs };
}

function finestMs(fromMs: number, nowMs: number): number {
  if (nowMs - fromMs > FIVE_MINUTES_KEPT_MS) return 60 * MINUTE_MS;
  return nowMs - fromMs > MINUTES_KEPT_MS ? 5 * MINUTE_MS : MINUTE_MS;
}
