/** Whose pages may call a function URL, and with what. */
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import type { ReactNode } from "react";
import { NumberField } from "../../../../kit/number-field.tsx";
import { type CorsDraft, MAX_AGE_SECONDS } from "./cors-form.ts";

interface Props {
  readonly draft: CorsDraft;
  readonly onChange: (draft: CorsDraft) => void;
}

const LISTS = [
  { member: "origins", label: "Allowed origins", isNeeded: true },
  { member: "methods", label: "Allowed methods", isNeeded: true },
  { member: "headers", label: "Allowed headers", isNeeded: false },
  { member: "exposed", label: "Exposed headers", isNeeded: false },
] as const;

export function CorsFields({ draft, onChange }: Props): ReactNode {
  return (
    <>
      <ColumnLayout columns={2}>
        {LISTS.map(({ member, label, isNeeded }) => (
          <FormField
            key={member}
            label={label}
            constraintText="Several with commas between; * for all."
            errorText={isNeeded && draft[member].trim() === "" ? "At least one, or *." : undefined}
          >
            <Input
              value={draft[member]}
              autoComplete={false}
              onChange={({ detail }) => onChange({ ...draft, [member]: detail.value })}
            />
          </FormField>
        ))}
        <NumberField
          label="Maximum age"
          unit="seconds"
          description="How long a browser need not ask again."
          value={draft.maxAge}
          min={MAX_AGE_SECONDS[0]}
          max={MAX_AGE_SECONDS[1]}
          onChange={(maxAge) => onChange({ ...draft, maxAge })}
        />
      </ColumnLayout>
      <Checkbox
        checked={draft.hasCredentials}
        onChange={({ detail }) => onChange({ ...draft, hasCredentials: detail.checked })}
      >
        Allow credentials
      </Checkbox>
    </>
  );
}
