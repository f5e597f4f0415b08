/** The resource policy: who else may invoke the function, a version or an alias. */
import { GetPolicyCommand, RemovePermissionCommand } from "@aws-sdk/client-lambda";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { type ReactNode, useState } from "react";
import { ConfirmDelete } from "../../../../kit/confirm-delete.tsx";
import { Empty } from "../../../../kit/empty.tsx";
import { Failure } from "../../../../kit/failure.tsx";
import { lambda } from "../../../../kit/lambda.ts";
import { LATEST, qualifierToSend } from "../../../../kit/qualifier.ts";
import { QualifierField } from "../../../../kit/qualifier-field.tsx";
import { useLoad } from "../../../../kit/use-load.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { PermissionDialog } from "./permission-dialog.tsx";
import { conditionWords, parsePolicy, principalWords, type Statement } from "./policy.ts";

export default function Permissions({ name, version }: FunctionTabProps): ReactNode {
  const [qualifier, setQualifier] = useState(version ?? LATEST);
  const { data, error, reload } = useLoad(`policy ${name} ${qualifier}`, async () => {
    try {
      const asked = { FunctionName: name, Qualifier: qualifierToSend(qualifier) };
      return parsePolicy((await lambda().send(new GetPolicyCommand(asked))).Policy);
    } catch (thrown) {
      // A policy begins with its first statement.
      if (thrown instanceof Error && thrown.name === "ResourceNotFoundException") return [];
      throw thrown;
    }
  });
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string>();
  return (
    <SpaceBetween size="l">
      {version === undefined && (
        <QualifierField
          name={name}
          label="Policy of"
          value={qualifier}
          hasLatest
          hasVersions
          onChange={setQualifier}
        />
      )}
      <Failure error={error} retry={reload} />
      <Table<Statement>
        items={data ?? []}
        trackBy="Sid"
        loading={data === undefined && error === undefined}
        loadingText="Loading the policy"
        wrapLines
        ariaLabels={{ tableLabel: "Statements of the resource policy" }}
        header={
          <Header
            variant="h2"
            counter={data && `(${data.length})`}
            description="Who else may invoke it: services and other accounts."
            actions={<Button onClick={() => setAdding(true)}>Add permission</Button>}
          >
            Resource policy
          </Header>
        }
        empty={<Empty title="No statements">Nobody outside of the account is allowed anything.</Empty>}
        columnDefinitions={columns(setRemoving)}
      />
      {data !== undefined && data.length > 0 && (
        <ExpandableSection headerText="As JSON">
          <Box variant="pre">{JSON.stringify(data, null, 2)}</Box>
        </ExpandableSection>
      )}
      {isAdding && (
        <PermissionDialog
          name={name}
          qualifier={qualifier}
          reload={reload}
          onClose={() => setAdding(false)}
        />
      )}
      {removing !== undefined && (
        <ConfirmDelete
          title={`Remove the statement ${removing}`}
          verb="Remove"
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const asked = {
              FunctionName: name,
              Qualifier: qualifierToSend(qualifier),
              StatementId: removing,
            };
            await lambda().send(new RemovePermissionCommand(asked));
            await reload();
          }}
        >
          Whoever it names may not do that any more.
        </ConfirmDelete>
      )}
    </SpaceBetween>
  );
}

function columns(remove: (sid: string) => void): TableProps.ColumnDefinition<Statement>[] {
  return [
    { id: "sid", header: "Statement", isRowHeader: true, cell: ({ Sid }) => Sid },
    { id: "principal", header: "Principal", cell: principalWords },
    { id: "action", header: "Action", cell: ({ Action }) => Action },
    { id: "condition", header: "Conditions", cell: (each) => conditionWords(each) || "–" },
    {
      id: "actions",
      header: "Actions",
      minWidth: 90,
      cell: ({ Sid }) => (
        <Button variant="icon" iconName="remove" ariaLabel={`Remove ${Sid}`} onClick={() => remove(Sid)} />
      ),
    },
  ];
}
