/** Sets how often and how long an event is tried, and who hears of its end. */
import { type FunctionEventInvokeConfig, PutFunctionEventInvokeConfigCommand } from "@aws-sdk/client-lambda";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { NumberField } from "../../../../kit/number-field.tsx";
import { LATEST, qualifierOfArn, qualifierToSend } from "../../../../kit/qualifier.ts";
import { QualifierField } from "../../../../kit/qualifier-field.tsx";
import { isNumber } from "../../../../kit/whole-number.ts";
import { ArnField } from "./arn-field.tsx";

/** Source: PutFunctionEventInvokeConfig reference. */
const RETRIES = [0, 2] as const;
const AGE_SECONDS = [60, 21_600] as const;

interface Props {
  readonly name: string;
  readonly before: FunctionEventInvokeConfig | undefined;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

export function AsynchronousDialog({ name, before, reload, onClose }: Props): ReactNode {
  const [qualifier, setQualifier] = useState(
    before === undefined ? LATEST : qualifierOfArn(before.FunctionArn),
  );
  const [retries, setRetries] = useState(String(before?.MaximumRetryAttempts ?? RETRIES[1]));
  const [age, setAge] = useState(String(before?.MaximumEventAgeInSeconds ?? AGE_SECONDS[1]));
  const [success, setSuccess] = useState(before?.DestinationConfig?.OnSuccess?.Destination ?? "");
  const [failure, setFailure] = useState(before?.DestinationConfig?.OnFailure?.Destination ?? "");
  return (
    <EditDialog
      title={
        before === undefined ? "Asynchronous invocation" : `Edit the asynchronous invocation of ${qualifier}`
      }
      size="large"
      isReady={isNumber(retries, ...RETRIES) && isNumber(age, ...AGE_SECONDS)}
      onClose={onClose}
      onSave={async () => {
        await lambda().send(
          new PutFunctionEventInvokeConfigCommand({
            FunctionName: name,
            Qualifier: qualifierToSend(qualifier),
            MaximumRetryAttempts: Number(retries),
            MaximumEventAgeInSeconds: Number(age),
            DestinationConfig: {
              OnSuccess: success === "" ? {} : { Destination: success },
              OnFailure: failure === "" ? {} : { Destination: failure },
            },
          }),
        );
        await reload();
      }}
    >
      {before === undefined && (
        <QualifierField
          name={name}
          label="For"
          value={qualifier}
          hasLatest
          hasVersions
          onChange={setQualifier}
        />
      )}
      <ColumnLayout columns={2}>
        <NumberField
          label="Retries"
          description="How often an event that failed is tried again."
          value={retries}
          min={RETRIES[0]}
          max={RETRIES[1]}
          onChange={setRetries}
        />
        <NumberField
          label="Maximum age of an event"
          unit="seconds"
          description="What is older is given up."
          value={age}
          min={AGE_SECONDS[0]}
          max={AGE_SECONDS[1]}
          onChange={setAge}
        />
      </ColumnLayout>
      <ArnField
        label="Destination on success"
        description="A queue, a topic, a function or an event bus; empty for none."
        value={success}
        kinds={["queues", "functions"]}
        onChange={setSuccess}
      />
      <ArnField
        label="Destination on failure"
        description="The same, or a bucket; empty for none."
        value={failure}
        kinds={["queues", "functions"]}
        onChange={setFailure}
      />
    </EditDialog>
  );
}
