/** Concurrency set aside for one function, which is also the most it gets. */
import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { NumberField } from "../../../../kit/number-field.tsx";
import { useLoad } from "../../../../kit/use-load.ts";
import { isNumber } from "../../../../kit/whole-number.ts";
import { count } from "../../../../kit/words.ts";

export function ReservedConcurrency({ name }: { readonly name: string }): ReactNode {
  const { data, error, reload } = useLoad(`reserved ${name}`, async () => {
    const [account, reserved] = await Promise.all([
      lambda().send(new GetAccountSettingsCommand({})),
      lambda().send(new GetFunctionConcurrencyCommand({ FunctionName: name })),
    ]);
    return {
      limit: account.AccountLimit?.ConcurrentExecutions ?? 0,
      unreserved: account.AccountLimit?.UnreservedConcurrentExecutions ?? 0,
      reserved: reserved.ReservedConcurrentExecutions,
    };
  });
  const [isEditing, setEditing] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Set aside for this function out of the account's, and the most it gets."
          actions={
            <Button disabled={data === undefined} onClick={() => setEditing(true)}>
              Edit
            </Button>
          }
        >
          Reserved concurrency
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure error={error} retry={reload} />
        {data !== undefined && (
          <KeyValuePairs
            columns={3}
            items={[
              { label: "Reserved for this function", value: <Reserved reserved={data.reserved} /> },
              { label: "Unreserved in the account", value: count(data.unreserved) },
              { label: "The account's limit", value: count(data.limit) },
            ]}
          />
        )}
      </SpaceBetween>
      {isEditing && data !== undefined && (
        <ReservedDialog
          name={name}
          reserved={data.reserved}
          limit={data.limit}
          reload={reload}
          onClose={() => setEditing(false)}
        />
      )}
    </Container>
  );
}

function Reserved({ reserved }: { readonly reserved: number | undefined }): ReactNode {
  if (reserved === undefined) return "None: it shares the unreserved";
  if (reserved === 0) return <StatusIndicator type="stopped">0: every invocation is refused</StatusIndicator>;
  return count(reserved);
}

interface DialogProps {
  readonly name: string;
  readonly reserved: number | undefined;
  readonly limit: number;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

function ReservedDialog({ name, reserved, limit, reload, onClose }: DialogProps): ReactNode {
  const [kind, setKind] = useState(reserved === undefined ? "none" : "some");
  const [value, setValue] = useState(String(reserved ?? 1));
  return (
    <EditDialog
      title="Edit the reserved concurrency"
      isReady={kind === "none" || isNumber(value, 0, limit)}
      onClose={onClose}
      onSave={async () => {
        const FunctionName = name;
        await (kind === "none"
          ? lambda().send(new DeleteFunctionConcurrencyCommand({ FunctionName }))
          : lambda().send(
              new PutFunctionConcurrencyCommand({
                FunctionName,
                ReservedConcurrentExecutions: Number(value),
              }),
            ));
        await reload();
      }}
    >
      <RadioGroup
        ariaLabel="Reserved concurrency"
        value={kind}
        items={[
          { value: "none", label: "Use the account's unreserved concurrency" },
          { value: "some", label: "Reserve concurrency", description: "0 stops all invocations." },
        ]}
        onChange={({ detail }) => setKind(detail.value)}
      />
      {kind === "some" && (
        <NumberField label="Concurrent executions" value={value} min={0} max={limit} onChange={setValue} />
      )}
    </EditDialog>
  );
}
