/** The charts of all functions, or of one: what the monitoring page and a function's Monitor tab have in common. */
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { metricData } from "../../kit/cloud-watch.ts";
import { Failure } from "../../kit/failure.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { drawn, queriesOf, type Subject } from "./charts.ts";
import { ColdStartChart } from "./cold-start-chart.tsx";
import { MetricChart } from "./metric-chart.tsx";
import { MetricTable } from "./metric-table.tsx";
import { refreshMsOf, spanOf } from "./range.ts";
import { FIRST_CHOICE, TimeControls } from "./time-controls.tsx";
import { TopFunctions } from "./top-functions.tsx";

const COLD_STARTS = "cold-starts";
const CELL = { colspan: { default: 12, s: 6, l: 4 } } as const;
const VIEWS = [
  { id: "charts", text: "Charts" },
  { id: "tables", text: "Tables" },
] as const;

interface Props {
  readonly subject: Subject;
  /** What chooses the subject: drawn beside the time. */
  readonly children?: ReactNode;
}

export function Monitor({ subject, children }: Props): ReactNode {
  const { functionName, qualifier } = subject;
  const [choice, setChoice] = useState(FIRST_CHOICE);
  const [view, setView] = useState<string>("charts");
  const { range, periodSeconds } = choice;
  const refreshMs = refreshMsOf(range, Date.now());
  const { data, error, isLoading, reload } = useLoad(
    JSON.stringify([functionName, qualifier, choice]),
    async (signal) => {
      const span = spanOf(range, periodSeconds, Date.now());
      const series = await metricData(queriesOf(subject, span.periodSeconds), span, signal);
      return { span, charts: drawn(series, span, subject) };
    },
    refreshMs,
  );
  const charts = data?.charts ?? [];
  return (
    <SpaceBetween size="l">
      <SpaceBetween direction="horizontal" size="s">
        {children}
        <TimeControls choice={choice} onChange={setChoice} />
        <FormField label="Show as">
          <SegmentedControl
            label="Show as"
            selectedId={view}
            options={VIEWS}
            onChange={({ detail }) => setView(detail.selectedId)}
          />
        </FormField>
      </SpaceBetween>
      <Failure error={error} retry={() => void reload()} />
      {data === undefined && isLoading && <Box color="text-status-inactive">Reading the metrics …</Box>}
      <Grid gridDefinition={[...charts, COLD_STARTS].map(() => CELL)}>
        {[
          ...charts.map((chart) =>
            view === "tables" ? (
              <MetricTable key={chart.id} chart={chart} />
            ) : (
              data && <MetricChart key={chart.id} chart={chart} span={data.span} />
            ),
          ),
          // It remembers what it has read, so it stays while the others come and go.
          <ColdStartChart key={COLD_STARTS} functionName={functionName} />,
        ]}
      </Grid>
      {functionName === undefined && (
        // Searching through all functions costs more than the charts.
        <TopFunctions choice={choice} refreshMs={refreshMs && 2 * refreshMs} />
      )}
    </SpaceBetween>
  );
}
