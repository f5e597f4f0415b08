/** Asks how long the lines of a log group are kept. */
import {
  DeleteRetentionPolicyCommand,
  type LogGroup,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { logs } from "../log-group/logs-client.ts";
import { RETENTION_OPTIONS } from "./groups.ts";

interface Props {
  readonly group: LogGroup;
  readonly onSaved: () => Promise<void>;
  readonly onClose: () => void;
}

export function RetentionDialog({ group, onSaved, onClose }: Props): ReactNode {
  const notify = useNotify();
  const { isBusy, error, run } = useAction();
  const [days, setDays] = useState(group.retentionInDays === undefined ? "" : String(group.retentionInDays));
  const { logGroupName } = group;
  const save = async (): Promise<void> => {
    const worked = await run(async () => {
      if (days === "") await logs().send(new DeleteRetentionPolicyCommand({ logGroupName }));
      else {
        const retentionInDays = Number(days);
        await logs().send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
      }
    });
    if (!worked) return;
    notify({ type: "success", header: `Saved: retention of ${logGroupName}` });
    onClose();
    await onSaved();
  };
  return (
    <Modal
      visible
      header={`Retention of ${logGroupName}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" loading={isBusy} onClick={() => void save()}>
              Save
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Retention" description="Older lines are deleted for good.">
          <Select
            selectedOption={RETENTION_OPTIONS.find(({ value }) => value === days) ?? null}
            options={RETENTION_OPTIONS}
            onChange={({ detail }) => setDays(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <Failure error={error} />
      </SpaceBetween>
    </Modal>
  );
}
