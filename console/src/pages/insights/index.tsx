/** Logs Insights: a query over log groups, its progress, its answer as table and bars. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import HelpPanel from "@cloudscape-design/components/help-panel";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Textarea from "@cloudscape-design/components/textarea";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { replaceAddress } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { useAction } from "../../kit/use-action.ts";
import { useLoad } from "../../kit/use-load.ts";
import { bytes, count, errorText } from "../../kit/words.ts";
import { RangePicker } from "../log-group/range-picker.tsx";
import { LAST_HOUR, spanOf } from "../log-group/time-range.ts";
import { listGroups } from "../logs/groups.ts";
import { EXAMPLES, FIRST_QUERY } from "./examples.ts";
import { type Answer, runQuery } from "./query.ts";
import { Results } from "./results.tsx";
import "./insights.css";

/** What StartQuery takes. */
const GROUPS_MAX = 50;

interface Asked {
  readonly text: string;
  readonly answer: Answer;
}

export default function InsightsPage({ query }: PageProps): ReactNode {
  const groups = useLoad("groups to query", listGroups);
  const [chosen, setChosen] = useState<readonly string[]>(() => query.getAll("group"));
  const [text, setText] = useState(query.get("query") ?? FIRST_QUERY);
  const [range, setRange] = useState<DateRangePickerProps.Value>(LAST_HOUR);
  const [asked, setAsked] = useState<Asked>();
  const { isBusy, error, run } = useAction();
  const controller = useRef<AbortController>(undefined);
  // Nobody reads what a query finds after its page is left.
  useEffect(() => () => controller.current?.abort(), []);

  const isReady = chosen.length > 0 && chosen.length <= GROUPS_MAX && text.trim() !== "";
  const start = (): void => {
    if (!isReady || isBusy) return;
    const mine = new AbortController();
    controller.current = mine;
    setAsked(undefined);
    replaceAddress(addressOf(chosen, text));
    const nowMs = Date.now();
    const { fromMs, untilMs = nowMs } = spanOf(range, nowMs);
    void run(async () => {
      const wanted = { groups: chosen, text, fromMs, untilMs };
      await runQuery(wanted, mine.signal, (answer) => setAsked({ text, answer }));
    });
  };
  return (
    <Page
      title="Logs Insights"
      help={HELP}
      description="Questions to your logs, in CloudWatch's query language."
    >
      <Container>
        <SpaceBetween size="m">
          <ColumnLayout columns={2}>
            <FormField
              label="Log groups"
              errorText={
                groups.error !== undefined
                  ? errorText(groups.error)
                  : chosen.length > GROUPS_MAX && `At most ${GROUPS_MAX} groups.`
              }
            >
              <Multiselect
                placeholder="Choose log groups"
                selectedOptions={chosen.map((name) => ({ value: name, label: name }))}
                options={(groups.data ?? []).map(({ logGroupName = "" }) => ({
                  value: logGroupName,
                  label: logGroupName,
                }))}
                filteringType="auto"
                filteringPlaceholder="Find log groups"
                filteringAriaLabel="Find log groups"
                statusType={groups.isLoading ? "loading" : "finished"}
                loadingText="Loading log groups"
                empty="No log groups"
                deselectAriaLabel={({ label }) => `Leave out ${label}`}
                onChange={({ detail }) =>
                  setChosen(detail.selectedOptions.flatMap(({ value }) => value ?? []))
                }
              />
            </FormField>
            <FormField label="Time range">
              <RangePicker value={range} onChange={setRange} />
            </FormField>
          </ColumnLayout>
          <div className="insights-query">
            <FormField label="Query" constraintText="Ctrl+Enter runs it." stretch>
              <Textarea
                value={text}
                rows={Math.min(16, Math.max(5, text.split("\n").length + 1))}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => setText(detail.value)}
                onKeyDown={({ detail }) => {
                  if (detail.key === "Enter" && (detail.ctrlKey || detail.metaKey)) start();
                }}
              />
            </FormField>
          </div>
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            {isBusy ? (
              <Button onClick={() => controller.current?.abort()}>Stop</Button>
            ) : (
              <Button variant="primary" disabled={!isReady} onClick={start}>
                Run query
              </Button>
            )}
            <ButtonDropdown
              items={EXAMPLES.map(({ title }) => ({ id: title, text: title }))}
              onItemClick={({ detail }) =>
                setText(EXAMPLES.find(({ title }) => title === detail.id)?.query ?? text)
              }
            >
              Examples
            </ButtonDropdown>
            <Progress isBusy={isBusy} answer={asked?.answer} />
          </SpaceBetween>
          <Failure error={error} />
        </SpaceBetween>
      </Container>
      {asked !== undefined && <Results text={asked.text} answer={asked.answer} isRunning={isBusy} />}
    </Page>
  );
}

interface ProgressProps {
  readonly isBusy: boolean;
  readonly answer: Answer | undefined;
}

function Progress({ isBusy, answer }: ProgressProps): ReactNode {
  return (
    <Box>
      <span aria-live="polite">
        {isBusy ? (
          <StatusIndicator type="loading">
            {answer === undefined
              ? "Starting"
              : `Running: ${count(answer.scanned)} lines, ${bytes(answer.bytesScanned)} read`}
          </StatusIndicator>
        ) : answer?.status === "Complete" ? (
          <StatusIndicator type="success">Complete</StatusIndicator>
        ) : (
          answer?.status === "Cancelled" && <StatusIndicator type="stopped">Stopped</StatusIndicator>
        )}
      </span>
    </Box>
  );
}

function addressOf(groups: readonly string[], text: string): string {
  const query = new URLSearchParams({ query: text });
  for (const group of groups) query.append("group", group);
  return `#/insights?${query}`;
}

const HELP = (
  <HelpPanel header={<h2>Logs Insights</h2>}>
    <p>
      A query is a row of commands with <code>|</code> between them: <code>fields</code>, <code>filter</code>,{" "}
      <code>parse</code>, <code>stats</code>, <code>sort</code>, <code>limit</code>, <code>dedup</code>,{" "}
      <code>display</code>.
    </p>
    <p>
      Every line has <code>@timestamp</code>, <code>@message</code>, <code>@logStream</code> and{" "}
      <code>@log</code>; Lambda's reports also <code>@type</code>, <code>@duration</code>,{" "}
      <code>@billedDuration</code>, <code>@initDuration</code>, <code>@maxMemoryUsed</code> and{" "}
      <code>@requestId</code>. Fields of JSON lines go by their names: <code>order.id</code>.
    </p>
    <p>
      With <code>stats … by bin(5m)</code> the answer is drawn over time, too. The address of this page holds
      the query, so that it can be shared.
    </p>
  </HelpPanel>
);
