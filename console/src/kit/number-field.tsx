/** A whole number in bounds, with what is wrong with it beside it. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ReactNode } from "react";
import { isNumber } from "./whole-number.ts";
import { count } from "./words.ts";

interface Props {
  readonly label: string;
  readonly description?: ReactNode;
  /** `MB`. */
  readonly unit?: string;
  /** As typed. */
  readonly value: string;
  readonly min: number;
  readonly max: number;
  /** An empty field means that nothing is set. */
  readonly isOptional?: boolean;
  readonly onChange: (value: string) => void;
}

export function NumberField({
  label,
  description,
  unit,
  value,
  min,
  max,
  isOptional = false,
  onChange,
}: Props): ReactNode {
  const bounds = `${count(min)} to ${count(max)}${unit === undefined ? "" : ` ${unit}`}`;
  return (
    <FormField
      label={unit === undefined ? label : `${label} (${unit})`}
      description={description}
      constraintText={isOptional ? `${bounds}, or empty` : bounds}
      errorText={isNumber(value, min, max, isOptional) ? undefined : `A whole number, ${bounds}.`}
    >
      <Input
        value={value}
        type="number"
        inputMode="numeric"
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
