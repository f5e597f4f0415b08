/** One of many things that the server is asked for. */
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { useLoad } from "../../kit/use-load.ts";
import { errorText } from "../../kit/words.ts";

interface Option {
  readonly value: string;
  readonly label: string;
}

interface Props {
  readonly label: string;
  readonly description?: string;
  /** `queues`. */
  readonly plural: string;
  readonly value: string;
  readonly load: () => Promise<readonly Option[]>;
  readonly onChange: (value: string) => void;
}

export function ChooseField({ label, description, plural, value, load, onChange }: Props): ReactNode {
  const { data, error, isLoading, reload } = useLoad(`choose ${plural}`, load);
  return (
    <FormField label={label} description={description}>
      <Select
        selectedOption={data?.find((option) => option.value === value) ?? null}
        options={data ?? []}
        placeholder="Choose"
        filteringType="auto"
        filteringAriaLabel={`Find ${plural}`}
        filteringPlaceholder={`Find ${plural}`}
        statusType={error !== undefined ? "error" : isLoading ? "loading" : "finished"}
        loadingText={`Loading ${plural}`}
        errorText={error === undefined ? undefined : errorText(error)}
        recoveryText="Try again"
        onLoadItems={() => error !== undefined && void reload()}
        empty={`There are no ${plural} yet`}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}
