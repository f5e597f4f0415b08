/** Makes an alarm on a metric of functions, or changes one. */
import { type MetricAlarm, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Form from "@cloudscape-design/components/form";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useId, useState } from "react";
import { useNotify } from "../../app/frame-state.tsx";
import { cloudWatch } from "../../kit/cloud-watch.ts";
import { Failure } from "../../kit/failure.tsx";
import { useAction } from "../../kit/use-action.ts";
import { AlarmFields } from "./alarm-fields.tsx";
import { type AlarmForm, formOf, mistakesIn, NEW_ALARM, requestOf } from "./form.ts";

interface Props {
  /** Undefined: a new one. */
  readonly alarm: MetricAlarm | undefined;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function AlarmDialog({ alarm, onDone, onClose }: Props): ReactNode {
  const notify = useNotify();
  const formId = useId();
  const { isBusy, error, run } = useAction();
  const [form, setForm] = useState<AlarmForm>(alarm === undefined ? NEW_ALARM : formOf(alarm));
  const [isTried, setTried] = useState(false);
  const mistakes = mistakesIn(form);
  const verb = alarm === undefined ? "Create alarm" : "Save";
  const save = async (): Promise<void> => {
    setTried(true);
    if (isBusy || Object.keys(mistakes).length > 0) return;
    const isSaved = await run(async () => {
      await cloudWatch().send(new PutMetricAlarmCommand(requestOf(form, alarm)));
    });
    if (!isSaved) return;
    notify({
      type: "success",
      header: `Alarm ${form.name.trim()} ${alarm === undefined ? "created" : "saved"}`,
    });
    onDone();
    onClose();
  };
  return (
    <Modal
      visible
      size="large"
      header={alarm === undefined ? "Create alarm" : `Edit alarm ${alarm.AlarmName}`}
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" form={formId} loading={isBusy}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Form>
          <SpaceBetween size="m">
            <AlarmFields
              form={form}
              mistakes={isTried ? mistakes : {}}
              isNew={alarm === undefined}
              onChange={(change) => setForm((old) => ({ ...old, ...change }))}
            />
            <Failure error={error} />
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  );
}
