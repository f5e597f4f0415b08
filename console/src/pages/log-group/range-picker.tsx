/** Chooses the span of time of a search. */
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import type { ReactNode } from "react";
import { RANGE_WORDS, RELATIVE_OPTIONS, rangeProblem } from "./time-range.ts";

interface Props {
  readonly value: DateRangePickerProps.Value;
  readonly onChange: (value: DateRangePickerProps.Value) => void;
}

export function RangePicker({ value, onChange }: Props): ReactNode {
  return (
    <DateRangePicker
      ariaLabel="Time range"
      value={value}
      relativeOptions={RELATIVE_OPTIONS}
      isValidRange={rangeProblem}
      i18nStrings={RANGE_WORDS}
      placeholder="Choose a range"
      showClearButton={false}
      hideTimeOffset
      onChange={({ detail }) => detail.value !== null && onChange(detail.value)}
    />
  );
}
