/** The fields for a queue's settings: for a new queue, and for one there is. */
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { settings } from "../../app/settings.ts";
import { useLoad } from "../../kit/use-load.ts";
import { errorText } from "../../kit/words.ts";
import {
  NUMBER_SETTINGS,
  type NumberSetting,
  problemOf,
  type QueueDraft,
  RECEIVE_COUNT,
} from "./settings.ts";
import { listQueueUrls, nameOfArn, nameOfUrl } from "./sqs.ts";

interface Props {
  readonly draft: QueueDraft;
  readonly isFifo: boolean;
  /** The queue itself, which cannot be its own dead-letter queue. */
  readonly name?: string;
  readonly onChange: (draft: QueueDraft) => void;
}

const NO_QUEUE = { value: "", label: "None" };

export function QueueFields({ draft, isFifo, name, onChange }: Props): ReactNode {
  const { data, error, isLoading } = useLoad("queues to choose from", listQueueUrls);
  // A dead-letter queue is of the same type, account and region.
  const choices = (data ?? [])
    .map(nameOfUrl)
    .filter((each) => each !== name && each.endsWith(".fifo") === isFifo);
  const { deadLetterArn } = draft;
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        {NUMBER_SETTINGS.map((setting) => (
          <NumberField key={setting.key} setting={setting} draft={draft} onChange={onChange} />
        ))}
      </ColumnLayout>
      {isFifo && (
        <Checkbox
          checked={draft.isDeduplicatedByContent}
          description="Messages with the same body within five minutes count as one; no deduplication ID is needed."
          onChange={({ detail }) => onChange({ ...draft, isDeduplicatedByContent: detail.checked })}
        >
          Content-based deduplication
        </Checkbox>
      )}
      <ColumnLayout columns={2}>
        <FormField
          label="Dead-letter queue"
          description="Takes messages that were received too often."
          errorText={error === undefined ? undefined : errorText(error)}
        >
          <Select
            selectedOption={
              deadLetterArn === "" ? NO_QUEUE : { value: deadLetterArn, label: nameOfArn(deadLetterArn) }
            }
            options={[NO_QUEUE, ...choices.map((each) => ({ value: arnHere(each), label: each }))]}
            statusType={isLoading ? "loading" : "finished"}
            loadingText="Loading queues"
            filteringType={choices.length > 10 ? "auto" : "none"}
            filteringAriaLabel="Find queues"
            onChange={({ detail }) =>
              onChange({ ...draft, deadLetterArn: detail.selectedOption.value ?? "" })
            }
          />
        </FormField>
        {deadLetterArn !== "" && <NumberField setting={RECEIVE_COUNT} draft={draft} onChange={onChange} />}
      </ColumnLayout>
    </SpaceBetween>
  );
}

interface NumberFieldProps extends Pick<Props, "draft" | "onChange"> {
  readonly setting: NumberSetting;
}

function NumberField({ setting, draft, onChange }: NumberFieldProps): ReactNode {
  const { key, label, description } = setting;
  return (
    <FormField label={label} description={description} errorText={problemOf(setting, draft[key])}>
      <Input
        value={draft[key]}
        type="number"
        inputMode="numeric"
        onChange={({ detail }) => onChange({ ...draft, [key]: detail.value })}
      />
    </FormField>
  );
}

function arnHere(name: string): string {
  const { account, region } = settings();
  return `arn:aws:sqs:${region}:${account}:${name}`;
}
