/** Chooses a runtime: those that this machine has come first; those it has not cannot be chosen. */
import FormField from "@cloudscape-design/components/form-field";
import Select, { type SelectProps } from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import type { Health } from "../../kit/product.ts";

interface Props {
  readonly runtimes: Health["runtimes"];
  readonly value: string;
  /** Which runtimes are offered at all. */
  readonly isOffered: (runtime: string) => boolean;
  readonly onChange: (runtime: string) => void;
  readonly errorText: string | undefined;
}

export function RuntimeField({ runtimes, value, isOffered, onChange, errorText }: Props): ReactNode {
  const offered = Object.entries(runtimes).filter(([id]) => isOffered(id));
  const groups: SelectProps.OptionGroup[] = [
    {
      label: "On this machine",
      options: offered
        .filter(([, { available, warning }]) => available && warning === undefined)
        .map(([id, { version }]) => ({
          value: id,
          label: id,
          ...(version !== undefined && { description: version }),
        })),
    },
    {
      label: "With another version standing in",
      options: offered
        .filter(([, { available, warning }]) => available && warning !== undefined)
        .map(([id, { warning = "" }]) => ({ value: id, label: id, description: warning })),
    },
    {
      label: "Not on this machine",
      options: offered
        .filter(([, { available }]) => !available)
        .map(([id]) => ({ value: id, label: id, description: "Nothing here runs it", disabled: true })),
    },
  ].filter(({ options }) => options.length > 0);
  const warning = runtimes[value]?.warning;
  return (
    <FormField label="Runtime" errorText={errorText} warningText={warning}>
      <Select
        options={groups}
        selectedOption={value === "" ? null : { value, label: value }}
        placeholder="Choose a runtime"
        empty="No runtime is offered"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
