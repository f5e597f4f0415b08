/** The fields that every function has, whatever it starts from. */
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { Health } from "../../kit/product.ts";
import { type Draft, hasHello, type Problems } from "./draft.ts";
import { RuntimeField } from "./runtime-field.tsx";

interface Props {
  readonly draft: Draft;
  /** Only those to be shown. */
  readonly problems: Problems;
  readonly runtimes: Health["runtimes"];
  readonly onChange: (part: Partial<Draft>) => void;
  readonly onRuntime: (runtime: string) => void;
}

export function SettingsFields({ draft, problems, runtimes, onChange, onRuntime }: Props): ReactNode {
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField
          label="Function name"
          constraintText="Letters, digits, hyphens and underscores."
          errorText={problems.name}
        >
          <Input
            value={draft.name}
            placeholder="my-function"
            autoComplete={false}
            onChange={({ detail }) => onChange({ name: detail.value })}
          />
        </FormField>
        <FormField label="Description (optional)" errorText={problems.description}>
          <Input
            value={draft.description}
            onChange={({ detail }) => onChange({ description: detail.value })}
          />
        </FormField>
        <RuntimeField
          runtimes={runtimes}
          value={draft.runtime}
          isOffered={(runtime) => draft.start === "zip" || hasHello(runtime)}
          onChange={onRuntime}
          errorText={problems.runtime}
        />
        <FormField
          label="Handler"
          constraintText="What is called: the file and the function in it."
          errorText={problems.handler}
        >
          <Input
            value={draft.handler}
            autoComplete={false}
            spellcheck={false}
            onChange={({ detail }) => onChange({ handler: detail.value })}
          />
        </FormField>
        <FormField
          label="Memory, in MB"
          constraintText="128 to 10240. More memory brings more processor time, too."
          errorText={problems.memoryMb}
        >
          <Input
            type="number"
            inputMode="numeric"
            value={draft.memoryMb}
            onChange={({ detail }) => onChange({ memoryMb: detail.value })}
          />
        </FormField>
        <FormField
          label="Timeout, in seconds"
          constraintText="1 to 900. A call that takes longer is stopped."
          errorText={problems.timeoutSeconds}
        >
          <Input
            type="number"
            inputMode="numeric"
            value={draft.timeoutSeconds}
            onChange={({ detail }) => onChange({ timeoutSeconds: detail.value })}
          />
        </FormField>
      </ColumnLayout>
    </SpaceBetween>
  );
}
