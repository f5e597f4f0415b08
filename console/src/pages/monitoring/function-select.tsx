/** Chooses one function, or all. */
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { allPages, lambda } from "../../kit/lambda.ts";
import { useLoad } from "../../kit/use-load.ts";
import { errorText } from "../../kit/words.ts";

const ALL = { value: "", label: "All functions" };

interface Props {
  readonly functionName: string | undefined;
  readonly onChange: (functionName: string | undefined) => void;
}

export function FunctionSelect({ functionName, onChange }: Props): ReactNode {
  const { data, error, isLoading } = useLoad("functions", () =>
    allPages(async (marker) => {
      const answer = await lambda().send(new ListFunctionsCommand({ Marker: marker }));
      return { items: answer.Functions, next: answer.NextMarker };
    }),
  );
  const names = (data ?? []).map(({ FunctionName = "" }) => FunctionName).sort();
  return (
    <FormField label="Function" errorText={error === undefined ? undefined : errorText(error)}>
      <Select
        selectedOption={functionName === undefined ? ALL : { value: functionName, label: functionName }}
        options={[ALL, ...names.map((name) => ({ value: name, label: name }))]}
        filteringType="auto"
        filteringAriaLabel="Find a function"
        filteringPlaceholder="Find a function"
        statusType={isLoading ? "loading" : "finished"}
        loadingText="Loading functions"
        onChange={({ detail }) => onChange(detail.selectedOption.value || undefined)}
      />
    </FormField>
  );
}
