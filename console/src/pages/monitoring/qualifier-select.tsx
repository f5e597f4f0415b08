/** Chooses among what callers of a function named: nothing, a version or an alias. Only what has metrics is there to choose. */
import { ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import type { ReactNode } from "react";
import { cloudWatch } from "../../kit/cloud-watch.ts";
import { allPages } from "../../kit/lambda.ts";
import { useLoad } from "../../kit/use-load.ts";
import { errorText } from "../../kit/words.ts";

const EVERYTHING = "all";
const UNQUALIFIED = "unqualified";

interface Props {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly onChange: (qualifier: string | undefined) => void;
}

export function QualifierSelect({ functionName, qualifier, onChange }: Props): ReactNode {
  const { data, error, isLoading } = useLoad(`qualifiers of ${functionName}`, () =>
    qualifiersOf(functionName),
  );
  const options = [
    { value: EVERYTHING, label: "All calls" },
    { value: UNQUALIFIED, label: "Calls without a qualifier" },
    ...(data ?? []).map((name) => ({ value: `:${name}`, label: name })),
  ];
  const value = qualifier === undefined ? EVERYTHING : qualifier === "" ? UNQUALIFIED : `:${qualifier}`;
  return (
    <FormField label="Version or alias" errorText={error === undefined ? undefined : errorText(error)}>
      <Select
        selectedOption={
          options.find((option) => option.value === value) ?? { value, label: qualifier ?? "All calls" }
        }
        options={options}
        statusType={isLoading ? "loading" : "finished"}
        loadingText="Loading what was called"
        onChange={({ detail }) => onChange(qualifierOf(detail.selectedOption.value ?? EVERYTHING))}
      />
    </FormField>
  );
}

function qualifierOf(value: string): string | undefined {
  if (value === EVERYTHING) return undefined;
  return value === UNQUALIFIED ? "" : value.slice(1);
}

async function qualifiersOf(functionName: string): Promise<string[]> {
  const metrics = await allPages(async (marker) => {
    const answer = await cloudWatch().send(
      new ListMetricsCommand({
        Namespace: "AWS/Lambda",
        Dimensions: [{ Name: "FunctionName", Value: functionName }, { Name: "Resource" }],
        NextToken: marker,
      }),
    );
    return { items: answer.Metrics, next: answer.NextToken };
  });
  const names = metrics.flatMap(({ Dimensions = [] }) => {
    const resource = Dimensions.find(({ Name }) => Name === "Resource")?.Value ?? "";
    return resource.startsWith(`${functionName}:`) ? [resource.slice(functionName.length + 1)] : [];
  });
  return [...new Set(names)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}
