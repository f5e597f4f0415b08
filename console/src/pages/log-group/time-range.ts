/** The span of time a search covers: back from now, or between two moments. */
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";

export const LAST_HOUR: DateRangePickerProps.RelativeValue = {
  type: "relative",
  key: "1h",
  amount: 1,
  unit: "hour",
};

export const RELATIVE_OPTIONS: readonly DateRangePickerProps.RelativeOption[] = [
  { key: "5m", amount: 5, unit: "minute", type: "relative" },
  { key: "30m", amount: 30, unit: "minute", type: "relative" },
  { key: "1h", amount: 1, unit: "hour", type: "relative" },
  { key: "12h", amount: 12, unit: "hour", type: "relative" },
  { key: "1d", amount: 1, unit: "day", type: "relative" },
  { key: "7d", amount: 7, unit: "day", type: "relative" },
  { key: "30d", amount: 30, unit: "day", type: "relative" },
];

const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  year: 365 * 86_400_000,
};

/** Epoch milliseconds; without an end, up to now and what comes. */
export function spanOf(
  value: DateRangePickerProps.Value,
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number | undefined } {
  if (value.type === "absolute") {
    return { fromMs: Date.parse(value.startDate), untilMs: Date.parse(value.endDate) };
  }
  return { fromMs: nowMs - value.amount * (UNIT_MS[value.unit] ?? 0), untilMs: undefined };
}

export const RANGE_WORDS: DateRangePickerProps.I18nStrings = {
  todayAriaLabel: "Today",
  nextMonthAriaLabel: "Next month",
  previousMonthAriaLabel: "Previous month",
  customRelativeRangeDurationLabel: "Duration",
  customRelativeRangeDurationPlaceholder: "How many",
  customRelativeRangeOptionLabel: "Another range",
  customRelativeRangeOptionDescription: "Back from now",
  customRelativeRangeUnitLabel: "Unit of time",
  formatRelativeRange: ({ amount, unit }) => `Last ${amount === 1 ? unit : `${amount} ${unit}s`}`,
  formatUnit: (unit, amount) => (amount === 1 ? unit : `${unit}s`),
  relativeModeTitle: "Back from now",
  absoluteModeTitle: "Between two moments",
  relativeRangeSelectionHeading: "Choose a range",
  startDateLabel: "From (day)",
  endDateLabel: "Until (day)",
  startTimeLabel: "From (time)",
  endTimeLabel: "Until (time)",
  dateTimeConstraintText: "Hours from 0 to 23, in your own time zone.",
  clearButtonLabel: "Clear",
  cancelButtonLabel: "Cancel",
  applyButtonLabel: "Apply",
};

/** For DateRangePicker: why a choice cannot be taken. */
export function rangeProblem(
  value: DateRangePickerProps.Value | null,
): DateRangePickerProps.ValidationResult {
  if (value === null) return { valid: false, errorMessage: "Choose a range." };
  if (value.type === "relative") {
    const isGood = Number.isFinite(value.amount) && value.amount > 0;
    return isGood ? { valid: true } : { valid: false, errorMessage: "How far back? A number is missing." };
  }
  const from = Date.parse(value.startDate);
  const until = Date.parse(value.endDate);
  if (Number.isNaN(from) || Number.isNaN(until)) {
    return { valid: false, errorMessage: "A day or a time is missing." };
  }
  return from < until ? { valid: true } : { valid: false, errorMessage: "The end is before the start." };
}
