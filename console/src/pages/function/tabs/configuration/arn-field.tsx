/** An ARN, typed or chosen from what the account has. */
import { ListFunctionsCommand, ListLayersCommand } from "@aws-sdk/client-lambda";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import type { ReactNode } from "react";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { listQueues } from "../../../../kit/queues.ts";
import { useLoad } from "../../../../kit/use-load.ts";

interface Group {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly description?: string }[];
}

interface Props {
  readonly label: string;
  readonly description?: string;
  readonly errorText?: string | undefined;
  readonly value: string;
  readonly kinds: readonly (keyof typeof KINDS)[];
  readonly onChange: (arn: string) => void;
}

const KINDS = { queues, functions, layers } as const;

export function ArnField({ label, description, errorText, value, kinds, onChange }: Props): ReactNode {
  const { data, error, isLoading } = useLoad(`arns ${kinds.join(" ")}`, () =>
    Promise.all(kinds.map((kind) => KINDS[kind]())),
  );
  return (
    <FormField label={label} description={description} errorText={errorText}>
      <Autosuggest
        value={value}
        options={(data ?? []).filter(({ options }) => options.length > 0)}
        placeholder="arn:aws:…"
        enteredTextLabel={(text) => `Use ${text}`}
        statusType={error !== undefined ? "error" : isLoading ? "loading" : "finished"}
        loadingText="Loading suggestions"
        errorText="Suggestions could not be read; an ARN can be typed"
        clearAriaLabel={`Clear: ${label}`}
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}

async function queues(): Promise<Group> {
  const all = await listQueues();
  return { label: "Queues", options: all.map(({ arn }) => ({ value: arn })) };
}

async function functions(): Promise<Group> {
  const all = await allPages(async (marker) => {
    const answer = await lambda().send(new ListFunctionsCommand({ Marker: marker }));
    return { items: answer.Functions, next: answer.NextMarker };
  });
  return { label: "Functions", options: all.map(({ FunctionArn = "" }) => ({ value: FunctionArn })) };
}

/** The latest version of each. */
async function layers(): Promise<Group> {
  const all = await allPages(async (marker) => {
    const answer = await lambda().send(new ListLayersCommand({ Marker: marker }));
    return { items: answer.Layers, next: answer.NextMarker };
  });
  return {
    label: "Layers",
    options: all.map(({ LatestMatchingVersion: latest }) => ({
      value: latest?.LayerVersionArn ?? "",
      description: latest?.Description || undefined,
    })),
  };
}
