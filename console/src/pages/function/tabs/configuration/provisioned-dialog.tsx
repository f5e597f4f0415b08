/** Asks how many environments of a version or an alias are to be kept ready. */
import { PutProvisionedConcurrencyConfigCommand } from "@aws-sdk/client-lambda";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { NumberField } from "../../../../kit/number-field.tsx";
import { QualifierField } from "../../../../kit/qualifier-field.tsx";
import { isNumber } from "../../../../kit/whole-number.ts";

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
        <QualifierField
          name={name}
          label="Version or alias"
          value={qualifier}
          hasLatest={false}
          hasVersions
          onChange={setQualifier}
        />
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
