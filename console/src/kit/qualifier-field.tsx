/** Chooses the function itself, a version or an alias. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { LATEST } from "./qualifier.ts";
import { useQualifiers } from "./use-qualifiers.ts";

interface Props {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  /** Whether `$LATEST`, the function itself, is among them. */
  readonly hasLatest: boolean;
  readonly hasVersions: boolean;
  readonly onChange: (qualifier: string) => void;
}

export function QualifierField({ name, label, value, hasLatest, hasVersions, onChange }: Props): ReactNode {
  const { versions, aliases, error, isLoading } = useQualifiers(name);
  const groups = [
    { label: "Function", options: hasLatest ? [LATEST] : [] },
    { label: "Aliases", options: aliases },
    { label: "Versions", options: hasVersions ? versions : [] },
  ].filter(({ options }) => options.length > 0);
  return (
    <FormField label={label}>
      <Select
        selectedOption={value === "" ? null : { value, label: value }}
        placeholder="Choose"
        options={groups.map(({ label: group, options }) => ({
          label: group,
          options: options.map((each) => ({ value: each, label: each })),
        }))}
        statusType={error !== undefined ? "error" : isLoading ? "loading" : "finished"}
        loadingText="Loading versions and aliases"
        errorText="The versions could not be read"
        empty="No version is published yet, and there is no alias"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
