/** Asks how many environments of a version or an alias are to be kept ready. */
import { PutProvisionedConcurrencyConfigCommand } from "@aws-sdk/client-lambda";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { isNumber, NumberField } from "../../../../kit/number-field.tsx";
import { useQualifiers } from "./use-qualifiers.ts";

/** The account's limit decides; this only keeps typing errors out. */
const COUNT = [1, 10_000] as const;

export interface Provisioned {
  readonly qualifier: string;
  readonly requested: number;
}

interface Props {
  readonly name: string;
  readonly before: Provisioned | undefined;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

export function ProvisionedDialog({ name, before, reload, onClose }: Props): ReactNode {
  const { options, error, isLoading } = useQualifiers(name);
  const [qualifier, setQualifier] = useState(before?.qualifier ?? "");
  const [requested, setRequested] = useState(String(before?.requested ?? 1));
  return (
    <EditDialog
      title={before === undefined ? "Add provisioned concurrency" : `Edit ${before.qualifier}`}
      isReady={qualifier !== "" && isNumber(requested, ...COUNT)}
      onClose={onClose}
      onSave={async () => {
        await lambda().send(
          new PutProvisionedConcurrencyConfigCommand({
            FunctionName: name,
            Qualifier: qualifier,
            ProvisionedConcurrentExecutions: Number(requested),
          }),
        );
        await reload();
      }}
    >
      {before === undefined && (
        <FormField label="Version or alias">
          <Select
            selectedOption={qualifier === "" ? null : { value: qualifier, label: qualifier }}
            placeholder="Choose"
            options={options}
            statusType={error !== undefined ? "error" : isLoading ? "loading" : "finished"}
            loadingText="Loading versions and aliases"
            errorText="The versions could not be read"
            empty="No version is published yet, and there is no alias"
            onChange={({ detail }) => setQualifier(detail.selectedOption.value ?? "")}
          />
        </FormField>
      )}
      <NumberField
        label="Environments"
        value={requested}
        min={COUNT[0]}
        max={COUNT[1]}
        onChange={setRequested}
      />
    </EditDialog>
  );
}
