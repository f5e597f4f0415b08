/** The fields of an alarm: what is watched, when it is too much, and what missing data mean. */
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { FunctionSelect } from "../monitoring/function-select.tsx";
import { type AlarmForm, METRICS, type Mistakes, PERIOD_SECONDS, STATISTICS } from "./form.ts";
import { COMPARISONS, condition, MISSING, seconds } from "./words.ts";

interface Props {
  readonly form: AlarmForm;
  readonly mistakes: Mistakes;
  readonly isNew: boolean;
  readonly onChange: (change: Partial<AlarmForm>) => void;
}

export function AlarmFields({ form, mistakes, isNew, onChange }: Props): ReactNode {
  const text = (field: "name" | "description" | "threshold" | "periods" | "periodsToAlarm"): ReactNode => (
    <Input
      value={form[field]}
      type={field === "name" || field === "description" ? "text" : "number"}
      step={field === "threshold" ? "any" : 1}
      // The name is what an alarm is: under another one it would be another alarm.
      disabled={field === "name" && !isNew}
      onChange={({ detail }) => onChange({ [field]: detail.value })}
    />
  );
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField label="Alarm name" errorText={mistakes.name}>
          {text("name")}
        </FormField>
        <FormField label="Description – optional">{text("description")}</FormField>
        <FunctionSelect
          functionName={form.functionName || undefined}
          onChange={(functionName = "") => onChange({ functionName })}
        />
        <Choice
          label="Metric"
          value={form.metric}
          options={METRICS.map(({ name }) => ({ value: name, label: name }))}
          onChange={(metric) => {
            const statistic = METRICS.find(({ name }) => name === metric)?.statistic;
            onChange({ metric, ...(statistic !== undefined && { statistic }) });
          }}
        />
        <Choice
          label="Statistic"
          value={form.statistic}
          options={STATISTICS.map((name) => ({ value: name, label: name }))}
          onChange={(statistic) => onChange({ statistic })}
        />
        <Choice
          label="Period"
          value={String(form.periodSeconds)}
          options={PERIOD_SECONDS.map((each) => ({ value: String(each), label: seconds(each) }))}
          onChange={(value) => onChange({ periodSeconds: Number(value) })}
        />
        <Choice
          label="Comparison"
          value={form.comparison}
          options={COMPARISONS}
          onChange={(comparison) => onChange({ comparison })}
        />
        <FormField
          label="Threshold"
          errorText={mistakes.threshold}
          constraintText="Durations and ages are in milliseconds."
        >
          {text("threshold")}
        </FormField>
        <FormField label="Periods to look at" errorText={mistakes.periods}>
          {text("periods")}
        </FormField>
        <FormField
          label="Periods beyond the threshold that make an alarm"
          errorText={mistakes.periodsToAlarm}
        >
          {text("periodsToAlarm")}
        </FormField>
      </ColumnLayout>
      <Choice
        label="A period without data is"
        value={form.missing}
        options={MISSING}
        onChange={(missing) => onChange({ missing })}
      />
      <FormField label="In alarm when">
        <output>{inWords(form)}</output>
      </FormField>
    </SpaceBetween>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps): ReactNode {
  // An alarm made elsewhere may have what is not offered here.
  const selected = options.find((option) => option.value === value) ?? { value, label: value };
  return (
    <FormField label={label}>
      <Select
        selectedOption={selected}
        options={options}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? value)}
      />
    </FormField>
  );
}

function inWords(form: AlarmForm): string {
  return condition({
    MetricName: form.metric,
    ExtendedStatistic: form.statistic,
    ComparisonOperator: form.comparison as "GreaterThanThreshold",
    Threshold: Number(form.threshold),
    EvaluationPeriods: Number(form.periods),
    DatapointsToAlarm: Number(form.periodsToAlarm),
    Period: form.periodSeconds,
  });
}
