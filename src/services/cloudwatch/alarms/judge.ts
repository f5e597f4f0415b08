/**
 * What an alarm's state is after its latest data points. Source: "Configuring how alarms treat missing data" and "Avoiding
 * premature transitions to alarm state" sections of the alarm documentation; the tables there are this file's test.
 */
import type { AlarmStateValue } from "../../../store/mod.ts";

/** AWS looks at more periods than it evaluates, so that a late value does not change the state; how many is not documented. */
export const EXTRA_PERIODS = 2;

export interface Rule {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly isBreaching: (value: number) => boolean;
  readonly missing: "breaching" | "notBreaching" | "ignore" | "missing";
}

export interface Judgement {
  /** Undefined leaves the state as it is. */
  readonly state: AlarmStateValue | undefined;
  /** Places in `values` of what was looked at, oldest first. */
  readonly seen: readonly number[];
}

/** `values`: of each period, the oldest first; undefined where there was none. */
export function judge(rule: Rule, values: readonly (number | undefined)[]): Judgement {
  const { evaluationPeriods, datapointsToAlarm, isBreaching, missing } = rule;
  const real = [...values.keys()].filter((place) => values[place] !== undefined);
  const seen = real.slice(-evaluationPeriods);
  const breaching = seen.filter((place) => isBreaching(values[place] as number));
  const judged = (state: AlarmStateValue | undefined): Judgement => ({ state, seen });
  if (breaching.length >= datapointsToAlarm) return judged("ALARM");
  const absent = evaluationPeriods - seen.length;
  if (absent === 0) return judged("OK");
  if (missing === "breaching") {
    return judged(breaching.length + absent >= datapointsToAlarm ? "ALARM" : "OK");
  }
  if (missing === "notBreaching") return judged("OK");
  if (seen.length === 0) return judged(missing === "ignore" ? undefined : "INSUFFICIENT_DATA");
  if (breaching.length < seen.length) return judged("OK");
  if (missing === "ignore") return judged(undefined);
  // Only what has been breaching for as long as it takes makes an alarm of so few values.
  const age = values.length - (breaching[0] ?? values.length);
  return judged(age >= datapointsToAlarm ? "ALARM" : undefined);
}

type Comparison = (value: number, threshold: number) => boolean;

const COMPARISONS: Readonly<
  Record<string, { readonly isTrue: Comparison; readonly words: string; readonly not: string }>
> = {
  GreaterThanThreshold: {
    isTrue: (value, threshold) => value > threshold,
    words: "greater than",
    not: "not greater than",
  },
  GreaterThanOrEqualToThreshold: {
    isTrue: (value, threshold) => value >= threshold,
    words: "greater than or equal to",
    not: "not greater than or equal to",
  },
  LessThanThreshold: {
    isTrue: (value, threshold) => value < threshold,
    words: "less than",
    not: "not less than",
  },
  LessThanOrEqualToThreshold: {
    isTrue: (value, threshold) => value <= threshold,
    words: "less than or equal to",
    not: "not less than or equal to",
  },
};

/** Undefined for operators that compare with a band. */
export function comparisonOf(operator: string | undefined) {
  return COMPARISONS[operator ?? ""];
}
