/** Changes logging and tracing. */
import { ApplicationLogLevel, LogFormat, SystemLogLevel, TracingMode } from "@aws-sdk/client-lambda";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { type ReactNode, useState } from "react";
import { EditDialog } from "../../../../kit/edit-dialog.tsx";
import type { FunctionTabProps } from "../../tab.ts";
import { useUpdate } from "./use-update.ts";

export function MonitoringForm(props: FunctionTabProps & { readonly onClose: () => void }): ReactNode {
  const { configuration, onClose } = props;
  const now = configuration.LoggingConfig ?? {};
  const [format, setFormat] = useState<LogFormat>(now.LogFormat ?? LogFormat.Text);
  const [own, setOwn] = useState<ApplicationLogLevel>(now.ApplicationLogLevel ?? ApplicationLogLevel.Info);
  const [system, setSystem] = useState<SystemLogLevel>(now.SystemLogLevel ?? SystemLogLevel.Info);
  const [group, setGroup] = useState(now.LogGroup ?? "");
  const [tracing, setTracing] = useState<TracingMode>(configuration.TracingConfig?.Mode ?? "PassThrough");
  const update = useUpdate(props, "Logging and tracing");
  return (
    <EditDialog
      title="Edit logging and tracing"
      isReady={group !== ""}
      onClose={onClose}
      onSave={(tell) =>
        update(
          {
            LoggingConfig: {
              LogFormat: format,
              LogGroup: group,
              // Lines of text have no level that could be compared.
              ...(format === LogFormat.Json && { ApplicationLogLevel: own, SystemLogLevel: system }),
            },
            TracingConfig: { Mode: tracing },
          },
          tell,
        )
      }
    >
      <Choice label="Log format" value={format} values={Object.values(LogFormat)} onChange={setFormat} />
      {format === LogFormat.Json && (
        <ColumnLayout columns={2}>
          <Choice
            label="Level of the function's own lines"
            value={own}
            values={Object.values(ApplicationLogLevel)}
            onChange={setOwn}
          />
          <Choice
            label="Level of the platform's lines"
            value={system}
            values={Object.values(SystemLogLevel)}
            onChange={setSystem}
          />
        </ColumnLayout>
      )}
      <FormField label="Log group" description="Several functions may share one.">
        <Input value={group} autoComplete={false} onChange={({ detail }) => setGroup(detail.value)} />
      </FormField>
      <Choice
        label="Tracing"
        description="Active records every call that is sampled; PassThrough follows the caller."
        value={tracing}
        values={Object.values(TracingMode)}
        onChange={setTracing}
      />
    </EditDialog>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly description?: string;
  readonly value: Value;
  readonly values: readonly Value[];
  readonly onChange: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>): ReactNode {
  const { label, description, value, values, onChange } = props;
  return (
    <FormField label={label} description={description}>
      <Select
        selectedOption={{ value, label: value }}
        options={values.map((each) => ({ value: each, label: each }))}
        onChange={({ detail }) =>
          onChange(values.find((each) => each === detail.selectedOption.value) ?? value)
        }
      />
    </FormField>
  );
}
