/** Chooses the time that is looked at, and the period of each point. */
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { automaticPeriod, PERIODS, periodsFor, type TimeRange } from "./range.ts";

const AUTOMATIC = "automatic";

const LAST: readonly (DateRangePickerProps.RelativeOption & { readonly minutes: number })[] = [
  { key: "5m", amount: 5, unit: "minute", type: "relative", minutes: 5 },
  { key: "15m", amount: 15, unit: "minute", type: "relative", minutes: 15 },
  { key: "1h", amount: 1, unit: "hour", type: "relative", minutes: 60 },
  { key: "3h", amount: 3, unit: "hour", type: "relative", minutes: 180 },
  { key: "12h", amount: 12, unit: "hour", type: "relative", minutes: 720 },
  { key: "1d", amount: 1, unit: "day", type: "relative", minutes: 1440 },
  { key: "7d", amount: 7, unit: "day", type: "relative", minutes: 10_080 },
];
const MINUTES: Readonly<Record<string, number>> = { minute: 1, hour: 60, day: 1440, week: 10_080 };

export interface TimeChoice {
  readonly range: TimeRange;
  /** Undefined: the one that suits the range. */
  readonly periodSeconds: number | undefined;
}

export const FIRST_CHOICE: TimeChoice = { range: { kind: "last", minutes: 60 }, periodSeconds: undefined };

interface Props {
  readonly choice: TimeChoice;
  readonly onChange: (choice: TimeChoice) => void;
}

export function TimeControls({ choice, onChange }: Props): ReactNode {
  const { range, periodSeconds } = choice;
  const nowMs = Date.now();
  const fitting = periodsFor(range, nowMs);
  const automatic = PERIODS.find(({ seconds }) => seconds === automaticPeriod(range, nowMs));
  const options = [
    { value: AUTOMATIC, label: `Automatic (${automatic?.label})` },
    ...fitting.map(({ seconds, label }) => ({ value: String(seconds), label })),
  ];
  return (
    <SpaceBetween direction="horizontal" size="s">
      <FormField label="Time range">
        <DateRangePicker
          value={shown(range)}
          relativeOptions={LAST}
          isValidRange={validity}
          customRelativeRangeUnits={["minute", "hour", "day", "week"]}
          placeholder="Choose a time range"
          showClearButton={false}
          hideTimeOffset
          i18nStrings={{
            formatRelativeRange: lastInWords,
            relativeModeTitle: "Until now",
            absoluteModeTitle: "Between two times",
          }}
          onChange={({ detail }) => {
            if (detail.value !== null) onChange({ ...choice, range: rangeOf(detail.value) });
          }}
        />
      </FormField>
      <FormField label="Period">
        <Select
          selectedOption={
            options.find(({ value }) => value === String(periodSeconds ?? AUTOMATIC)) ?? options[0] ?? null
          }
          options={options}
          onChange={({ detail }) => {
            const { value } = detail.selectedOption;
            onChange({ ...choice, periodSeconds: value === AUTOMATIC ? undefined : Number(value) });
          }}
        />
      </FormField>
    </SpaceBetween>
  );
}

function shown(range: TimeRange): DateRangePickerProps.Value {
  if (range.kind === "between") {
    return {
      type: "absolute",
      startDate: new Date(range.fromMs).toISOString(),
      endDate: new Date(range.untilMs).toISOString(),
    };
  }
  const known = LAST.find(({ minutes }) => minutes === range.minutes);
  return known ?? { type: "relative", amount: range.minutes, unit: "minute" };
}

function rangeOf(value: DateRangePickerProps.Value): TimeRange {
  if (value.type === "relative") {
    return { kind: "last", minutes: value.amount * (MINUTES[value.unit] ?? 1) };
  }
  return { kind: "between", fromMs: Date.parse(value.startDate), untilMs: Date.parse(value.endDate) };
}

const INVALID = (errorMessage: string): DateRangePickerProps.ValidationResult => ({
  valid: false,
  errorMessage,
});

function validity(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (value === null) return INVALID("Choose a time range.");
  const range = rangeOf(value);
  if (range.kind === "last") {
    return range.minutes > 0 ? { valid: true } : INVALID("A range is longer than nothing.");
  }
  if (Number.isNaN(range.fromMs) || Number.isNaN(range.untilMs)) {
    return INVALID("Choose a day and a time for the beginning and the end.");
  }
  if (range.fromMs >= range.untilMs) return INVALID("The beginning must lie before the end.");
  if (range.fromMs > Date.now()) return INVALID("The beginning lies in the future.");
  return { valid: true };
}

function lastInWords({ amount, unit }: DateRangePickerProps.RelativeValue): string {
  return amount === 1 ? `Last ${unit}` : `Last ${amount} ${unit}s`;
}
