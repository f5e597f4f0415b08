/** Asks for a new environment variable, or for another name or value of one. */
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import type { Tell } from "./use-update.ts";
import type { Variable } from "./variables.tsx";

interface Props {
  /** Undefined for a new one. */
  readonly before: Variable | undefined;
  readonly names: readonly string[];
  readonly onSave: (variable: Variable, tell: Tell) => Promise<void>;
  readonly onClose: () => void;
}

export function VariableDialog({ before, names, onSave, onClose }: Props): ReactNode {
  const [name, setName] = useState(before?.name ?? "");
  const [value, setValue] = useState(before?.value ?? "");
  const problem = problemOf(name, before?.name, names);
  return (
    <EditDialog
      title={before === undefined ? "Add an environment variable" : `Edit ${before.name}`}
      isReady={problem === undefined}
      onClose={onClose}
      onSave={(tell) => onSave({ name, value }, tell)}
    >
      <FormField label="Name" errorText={name === "" ? undefined : problem}>
        <Input value={name} autoFocus autoComplete={false} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label="Value">
        <Textarea
          value={value}
          rows={3}
          spellcheck={false}
          onChange={({ detail }) => setValue(detail.value)}
        />
      </FormField>
    </EditDialog>
  );
}

/** Source: Environment in the service model. */
function problemOf(name: string, before: string | undefined, names: readonly string[]): string | undefined {
  if (!/^[a-zA-Z][a-zA-Z0-9_]+$/.test(name)) {
    return "A letter first, then at least one more letter, digit or underscore.";
  }
  return name !== before && names.includes(name) ? "There is such a variable already." : undefined;
}
