/** Searches a group's lines by pattern and time, tails what comes, and hands out what is shown as text. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import type { DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { type ReactNode, useState } from "react";
import { Empty } from "../../kit/empty.tsx";
import { Failure } from "../../kit/failure.tsx";
import { count } from "../../kit/words.ts";
import { downloadText } from "./download-text.ts";
import { LogLines } from "./log-lines.tsx";
import { LINES_MAX, type LogLine } from "./logs-client.ts";
import { RangePicker } from "./range-picker.tsx";
import { LAST_HOUR, spanOf } from "./time-range.ts";
import { type LogLines as Lines, useLogLines } from "./use-log-lines.ts";
import "./log-search.css";

interface Props {
  readonly group: string;
  /** Undefined: all of the group's. */
  readonly stream?: string | undefined;
  /** A function that never ran has no group; that is no failure. */
  readonly mayBeMissing?: boolean;
  readonly initialRange?: DateRangePickerProps.Value;
}

export function LogSearch({
  group,
  stream,
  mayBeMissing = false,
  initialRange = LAST_HOUR,
}: Props): ReactNode {
  const [typed, setTyped] = useState("");
  const [pattern, setPattern] = useState("");
  const [range, setRange] = useState<DateRangePickerProps.Value>(initialRange);
  const [areAllOpen, setAllOpen] = useState(false);
  const lines = useLogLines(
    JSON.stringify([group, stream, pattern, range]),
    { group, stream, pattern, span: () => spanOf(range, Date.now()) },
    false,
  );
  const search = (): void => {
    if (typed === pattern) lines.search();
    else setPattern(typed);
  };
  const isMissing = mayBeMissing && isNotFound(lines.error);
  const isPast = range.type === "absolute";
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${count(lines.lines.length)}${lines.isCut ? "+" : ""})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="download"
                disabled={lines.lines.length === 0}
                onClick={() => downloadText(`${group.replaceAll("/", "_")}.log`, textOf(lines.lines))}
              >
                Download
              </Button>
              {lines.isTailing ? (
                <Button iconName="pause" onClick={() => lines.setTailing(false)}>
                  Pause
                </Button>
              ) : (
                <Button iconName="play" disabled={isPast} onClick={() => lines.setTailing(true)}>
                  Live tail
                </Button>
              )}
            </SpaceBetween>
          }
        >
          Log lines
        </Header>
      }
    >
      <SpaceBetween size="s">
        <div className="log-controls">
          <FormField label="Filter pattern" stretch>
            <Input
              value={typed}
              type="search"
              placeholder={'ERROR, or { $.level = "error" }'}
              clearAriaLabel="Clear the pattern"
              onChange={({ detail }) => setTyped(detail.value)}
              onKeyDown={({ detail }) => detail.key === "Enter" && search()}
            />
          </FormField>
          <FormField label="Time range">
            <RangePicker
              value={range}
              onChange={(chosen) => {
                setRange(chosen);
                if (chosen.type === "absolute") lines.setTailing(false);
              }}
            />
          </FormField>
          {lines.isSearching ? (
            <Button onClick={lines.stop}>Stop</Button>
          ) : (
            <Button onClick={search}>Search</Button>
          )}
          <Toggle checked={areAllOpen} onChange={({ detail }) => setAllOpen(detail.checked)}>
            Open all JSON lines
          </Toggle>
        </div>
        <Progress lines={lines} />
        {!isMissing && <Failure error={lines.error} retry={lines.search} />}
        {lines.lines.length > 0 ? (
          <LogLines
            lines={lines.lines}
            isTailing={lines.isTailing}
            areAllOpen={areAllOpen}
            hasStreams={stream === undefined && new Set(lines.lines.map((line) => line.stream)).size > 1}
          />
        ) : (
          !lines.isSearching && (isMissing || lines.error === undefined) && <NoLines isMissing={isMissing} />
        )}
      </SpaceBetween>
    </Container>
  );
}

function Progress({ lines }: { readonly lines: Lines }): ReactNode {
  const { isSearching, isTailing, found, isCut } = lines;
  return (
    <div aria-live="polite">
      {isSearching ? (
        <StatusIndicator type="loading">Searching: {count(found)} found so far</StatusIndicator>
      ) : isTailing ? (
        <StatusIndicator type="in-progress">Live: new lines appear as they are written</StatusIndicator>
      ) : (
        isCut && (
          <Box color="text-body-secondary">
            Only the newest {count(LINES_MAX)} lines are shown. A shorter time or a pattern shows others.
          </Box>
        )
      )}
    </div>
  );
}

function NoLines({ isMissing }: { readonly isMissing: boolean }): ReactNode {
  return isMissing ? (
    <Empty title="No logs yet">The log group comes with the first invocation.</Empty>
  ) : (
    <Empty title="No lines">Nothing was written in this time that fits the pattern.</Empty>
  );
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && error.name === "ResourceNotFoundException";
}

function textOf(lines: readonly LogLine[]): string {
  return lines.map((line) => `${new Date(line.atMs).toISOString()} ${line.message}\n`).join("");
}
