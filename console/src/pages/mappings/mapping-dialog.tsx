/** Connects a queue with a function, or changes how a source is polled. */
import {
  CreateEventSourceMappingCommand,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../kit/edit-dialog.tsx";
import { allPages, lambda } from "../../kit/lambda.ts";
import { NumberField } from "../../kit/number-field.tsx";
import { LATEST } from "../../kit/qualifier.ts";
import { QualifierField } from "../../kit/qualifier-field.tsx";
import { listQueues } from "../../kit/queues.ts";
import { ChooseField } from "./choose-field.tsx";
import { FilterPatterns } from "./filter-patterns.tsx";
import {
  batchMax,
  CONCURRENCY,
  type Draft,
  draftOf,
  isReady,
  needsWindow,
  requestOf,
  targetOf,
  WINDOW_SECONDS,
} from "./mapping-form.ts";
import { functionOf, isFifo, isQueue, type Mapping, sourceOf } from "./words.ts";

interface Props {
  /** Undefined where any function may be chosen. */
  readonly functionName: string | undefined;
  /** Undefined for a new mapping. */
  readonly before: Mapping | undefined;
  readonly reload: () => Promise<void>;
  readonly onClose: () => void;
}

export function MappingDialog({ functionName, before, reload, onClose }: Props): ReactNode {
  const [draft, setDraft] = useState(() =>
    draftOf(before, before === undefined ? functionName : functionOf(before).label),
  );
  const change = (part: Partial<Draft>): void => setDraft((old) => ({ ...old, ...part }));
  return (
    <EditDialog
      title={before === undefined ? "Add a trigger" : `Edit the mapping of ${sourceOf(before).name}`}
      verb={before === undefined ? "Add" : "Save"}
      size="large"
      isReady={isReady(draft)}
      onClose={onClose}
      onSave={async () => {
        const asked = requestOf(draft, before);
        await (before === undefined
          ? lambda().send(
              new CreateEventSourceMappingCommand({
                ...asked,
                FunctionName: targetOf(draft),
                EventSourceArn: draft.sourceArn,
              }),
            )
          : lambda().send(new UpdateEventSourceMappingCommand({ ...asked, UUID: before.UUID })));
        await reload();
      }}
    >
      {before === undefined && (
        <ColumnLayout columns={functionName === undefined ? 3 : 2}>
          <ChooseField
            label="Queue"
            plural="queues"
            value={draft.sourceArn}
            load={async () => (await listQueues()).map(({ name, arn }) => ({ value: arn, label: name }))}
            onChange={(sourceArn) =>
              change({ sourceArn, ...(isFifo(sourceArn) && { windowSeconds: "0", batchSize: "10" }) })
            }
          />
          {functionName === undefined && (
            <ChooseField
              label="Function"
              plural="functions"
              value={draft.functionName}
              load={listFunctionNames}
              onChange={(name) => change({ functionName: name, qualifier: LATEST })}
            />
          )}
          {draft.functionName !== "" && !draft.functionName.includes(":") && (
            <QualifierField
              key={draft.functionName}
              name={draft.functionName}
              label="Version or alias"
              value={draft.qualifier}
              hasLatest
              hasVersions
              onChange={(qualifier) => change({ qualifier })}
            />
          )}
        </ColumnLayout>
      )}
      <Polling draft={draft} change={change} ofQueue={before === undefined || isQueue(before)} />
      <FilterPatterns patterns={draft.patterns} onChange={(patterns) => change({ patterns })} />
      <Checkbox checked={draft.isEnabled} onChange={({ detail }) => change({ isEnabled: detail.checked })}>
        Enabled
      </Checkbox>
    </EditDialog>
  );
}

interface PollingProps {
  readonly draft: Draft;
  readonly change: (part: Partial<Draft>) => void;
  readonly ofQueue: boolean;
}

function Polling({ draft, change, ofQueue }: PollingProps): ReactNode {
  return (
    <>
      <ColumnLayout columns={3}>
        <NumberField
          label="Batch size"
          value={draft.batchSize}
          min={1}
          max={batchMax(draft)}
          onChange={(batchSize) => change({ batchSize })}
        />
        {!isFifo(draft.sourceArn) && (
          <NumberField
            label="Batch window"
            unit="seconds"
            description={
              needsWindow(draft) ? "More than 10 messages in a batch need a window of at least 1." : undefined
            }
            value={draft.windowSeconds}
            min={WINDOW_SECONDS[0]}
            max={WINDOW_SECONDS[1]}
            onChange={(windowSeconds) => change({ windowSeconds })}
          />
        )}
        {ofQueue && (
          <NumberField
            label="Maximum concurrency"
            value={draft.concurrency}
            min={CONCURRENCY[0]}
            max={CONCURRENCY[1]}
            isOptional
            onChange={(concurrency) => change({ concurrency })}
          />
        )}
      </ColumnLayout>
      {ofQueue && (
        <Checkbox
          checked={draft.reportsFailures}
          description="The function answers which messages failed; only these come again."
          onChange={({ detail }) => change({ reportsFailures: detail.checked })}
        >
          Report batch item failures
        </Checkbox>
      )}
    </>
  );
}

async function listFunctionNames(): Promise<{ value: string; label: string }[]> {
  const all = await allPages(async (marker) => {
    const answer = await lambda().send(new ListFunctionsCommand({ Marker: marker }));
    return { items: answer.Functions, next: answer.NextMarker };
  });
  return all.map(({ FunctionName = "" }) => ({ value: FunctionName, label: FunctionName }));
}
