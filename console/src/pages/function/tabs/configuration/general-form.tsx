/** Changes the general configuration. */
import { type Runtime, SnapStartApplyOn } from "@aws-sdk/client-lambda";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import { NumberField } from "../../../../kit/number-field.tsx";
import { health } from "../../../../kit/product.ts";
import { useLoad } from "../../../../kit/use-load.ts";
import { isNumber } from "../../../../kit/whole-number.ts";
import type { FunctionTabProps } from "../../tab.ts";
import { useUpdate } from "./use-update.ts";

/** Source: UpdateFunctionConfiguration reference. */
const MEMORY_MB = [128, 10_240] as const;
const TIMEOUT_SECONDS = [1, 900] as const;
const STORAGE_MB = [512, 10_240] as const;

const SNAP_START = [
  { value: SnapStartApplyOn.None, label: "None" },
  { value: SnapStartApplyOn.PublishedVersions, label: "Published versions" },
];

export function GeneralForm(props: FunctionTabProps & { readonly onClose: () => void }): ReactNode {
  const { configuration, onClose } = props;
  const isImage = configuration.PackageType === "Image";
  const [description, setDescription] = useState(configuration.Description ?? "");
  const [runtime, setRuntime] = useState<string>(configuration.Runtime ?? "");
  const [handler, setHandler] = useState(configuration.Handler ?? "");
  const [memory, setMemory] = useState(String(configuration.MemorySize));
  const [seconds, setSeconds] = useState(String(configuration.Timeout));
  const [storage, setStorage] = useState(String(configuration.EphemeralStorage?.Size));
  const [snapStart, setSnapStart] = useState<SnapStartApplyOn>(configuration.SnapStart?.ApplyOn ?? "None");
  const update = useUpdate(props, "General configuration");
  const runtimes = useRuntimes(configuration.Runtime);
  const isReady =
    isNumber(memory, ...MEMORY_MB) &&
    isNumber(seconds, ...TIMEOUT_SECONDS) &&
    isNumber(storage, ...STORAGE_MB);
  return (
    <EditDialog
      title="Edit the general configuration"
      size="large"
      isReady={isReady}
      onClose={onClose}
      onSave={(tell) =>
        update(
          {
            Description: description,
            MemorySize: Number(memory),
            Timeout: Number(seconds),
            EphemeralStorage: { Size: Number(storage) },
            SnapStart: { ApplyOn: snapStart },
            ...(!isImage && { Handler: handler, Runtime: runtime as Runtime }),
          },
          tell,
        )
      }
    >
      <FormField label="Description">
        <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
      </FormField>
      {!isImage && (
        <ColumnLayout columns={2}>
          <FormField label="Runtime">
            <Select
              selectedOption={{ value: runtime, label: runtime }}
              options={runtimes}
              filteringType="auto"
              filteringAriaLabel="Find runtimes"
              onChange={({ detail }) => setRuntime(detail.selectedOption.value ?? runtime)}
            />
          </FormField>
          <FormField label="Handler" description="The file and the function that answers.">
            <Input value={handler} onChange={({ detail }) => setHandler(detail.value)} />
          </FormField>
        </ColumnLayout>
      )}
      <ColumnLayout columns={3}>
        <NumberField
          label="Memory"
          unit="MB"
          value={memory}
          min={MEMORY_MB[0]}
          max={MEMORY_MB[1]}
          onChange={setMemory}
        />
        <NumberField
          label="Timeout"
          unit="seconds"
          value={seconds}
          min={TIMEOUT_SECONDS[0]}
          max={TIMEOUT_SECONDS[1]}
          onChange={setSeconds}
        />
        <NumberField
          label="Ephemeral storage"
          unit="MB"
          value={storage}
          min={STORAGE_MB[0]}
          max={STORAGE_MB[1]}
          onChange={setStorage}
        />
      </ColumnLayout>
      <FormField label="SnapStart" description="New versions are published with their init phase done.">
        <Select
          selectedOption={SNAP_START.find(({ value }) => value === snapStart) ?? null}
          options={SNAP_START}
          onChange={({ detail }) => setSnapStart(detail.selectedOption.value as SnapStartApplyOn)}
        />
      </FormField>
    </EditDialog>
  );
}

/** What this server can run, and what the function has now. */
function useRuntimes(now: string | undefined): { value: string; description?: string }[] {
  const { data } = useLoad("runtimes", health);
  const known = Object.entries(data?.runtimes ?? {}).filter(([, { available }]) => available);
  const names = new Set([...(now === undefined ? [] : [now]), ...known.map(([name]) => name)]);
  return [...names].sort().map((name) => ({ value: name, label: name }));
}
