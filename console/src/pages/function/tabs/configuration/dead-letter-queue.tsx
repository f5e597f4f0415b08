/** Where an event goes that the function failed on for good. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import type { FunctionTabProps } from "../../tab.ts";
import { ArnField } from "./arn-field.tsx";
import { useUpdate } from "./use-update.ts";

export function DeadLetterQueue(props: FunctionTabProps): ReactNode {
  const now = props.configuration.DeadLetterConfig?.TargetArn ?? "";
  const [isEditing, setEditing] = useState(false);
  const [arn, setArn] = useState(now);
  const update = useUpdate(props, "The dead-letter queue");
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Takes the event itself; a destination on failure is told more."
          actions={
            <Button
              ariaLabel="Edit the dead-letter queue"
              onClick={() => {
                setArn(now);
                setEditing(true);
              }}
            >
              Edit
            </Button>
          }
        >
          Dead-letter queue
        </Header>
      }
    >
      <KeyValuePairs items={[{ label: "Queue or topic", value: now || "None" }]} />
      {isEditing && (
        <EditDialog
          title="Edit the dead-letter queue"
          onClose={() => setEditing(false)}
          onSave={(tell) => update({ DeadLetterConfig: { TargetArn: arn } }, tell)}
        >
          <ArnField
            label="Queue or topic"
            description="Empty for none."
            value={arn}
            kinds={["queues"]}
            onChange={setArn}
          />
        </EditDialog>
      )}
    </Container>
  );
}
