/** The live picture of all execution environments: cells that appear, light up and vanish as it happens. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import HelpPanel from "@cloudscape-design/components/help-panel";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import TextFilter from "@cloudscape-design/components/text-filter";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { PageProps } from "../../app/routes.ts";
import { Empty } from "../../kit/empty.tsx";
import { Page } from "../../kit/page.tsx";
import { EnvironmentDetail } from "./environment-detail.tsx";
import { EnvironmentTable } from "./environment-table.tsx";
import "./environments.css";
import { FunctionPanel } from "./function-panel.tsx";
import type { FunctionPicture } from "./picture.ts";
import type { EnvironmentView } from "./snapshot.ts";
import { StateMark } from "./state-mark.tsx";
import { Summary } from "./summary.tsx";
import { type Connection, useEnvironments } from "./use-environments.ts";
import { STATE_MEANINGS, STATE_WORDS, STATES } from "./words.ts";

/** Where more are alive, cells are small unless somebody wants them large. */
const LARGE_CELLS_MAX = 120;

type View = "picture" | "table";
type Size = "auto" | "large" | "small";

export default function EnvironmentsPage({ query }: PageProps): ReactNode {
  const [isPaused, setPaused] = useState(false);
  const [view, setView] = useState<View>("picture");
  const [size, setSize] = useState<Size>("auto");
  const [filter, setFilter] = useState(query.get("function") ?? "");
  const [selected, setSelected] = useState<EnvironmentView>();
  const { picture, connection } = useEnvironments(isPaused);

  const functions = picture.functions.filter(({ functionName }) =>
    functionName.toLowerCase().includes(filter.toLowerCase()),
  );
  const environments = functions.flatMap(livingOf);
  const current = selected && environments.find(({ id }) => id === selected.id);
  const shown = current ?? selected;
  const isSmall = size === "small" || (size === "auto" && environments.length > LARGE_CELLS_MAX);
  const latest = useRef(environments);
  useEffect(() => {
    latest.current = environments;
  });
  // One and the same function always, or each cell would be drawn again with each snapshot.
  const select = useCallback((id: string): void => {
    setSelected((before) => (before?.id === id ? undefined : latest.current.find((each) => each.id === id)));
  }, []);

  return (
    <Page
      title="Environments"
      help={HELP}
      description="Every execution environment of this server, as it lives."
      actions={
        <SpaceBetween direction="horizontal" size="s" alignItems="center">
          <ConnectionWords connection={connection} isPaused={isPaused} />
          <Button iconName={isPaused ? "play" : "pause"} onClick={() => setPaused(!isPaused)}>
            {isPaused ? "Go on" : "Pause"}
          </Button>
        </SpaceBetween>
      }
    >
      <Container>
        <Summary picture={picture} />
      </Container>
      <div className="env-tools">
        <TextFilter
          filteringText={filter}
          filteringPlaceholder="Find functions"
          filteringAriaLabel="Find functions"
          countText={filter === "" ? "" : `${functions.length} of ${picture.functions.length} functions`}
          onChange={({ detail }) => setFilter(detail.filteringText)}
        />
        <SegmentedControl
          label="Show as"
          selectedId={view}
          onChange={({ detail }) => setView(detail.selectedId as View)}
          options={[
            { id: "picture", text: "Picture", iconName: "view-full" },
            { id: "table", text: "Table", iconName: "list-view" },
          ]}
        />
        <SegmentedControl
          label="Size of cells"
          selectedId={size}
          onChange={({ detail }) => setSize(detail.selectedId as Size)}
          options={[
            { id: "auto", text: "Auto" },
            { id: "large", text: "Large", disabled: view === "table" },
            { id: "small", text: "Small", disabled: view === "table" },
          ]}
        />
      </div>
      <div className="env-stage" data-detail={shown !== undefined || undefined}>
        <Container disableContentPaddings={view === "table"}>
          {view === "table" ? (
            <EnvironmentTable environments={environments} selected={selected?.id} onSelect={select} />
          ) : (
            <Functions functions={functions} isSmall={isSmall} selected={selected?.id} onSelect={select} />
          )}
        </Container>
        {shown !== undefined && (
          <aside className="env-detail" aria-label="Details of the environment">
            <EnvironmentDetail
              environment={shown}
              hasEnded={current === undefined}
              onClose={() => setSelected(undefined)}
            />
          </aside>
        )}
      </div>
    </Page>
  );
}

interface FunctionsProps {
  readonly functions: readonly FunctionPicture[];
  readonly isSmall: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (id: string) => void;
}

function Functions({ functions, isSmall, selected, onSelect }: FunctionsProps): ReactNode {
  if (functions.length === 0) {
    return (
      <Empty title="Nothing lives here now">
        Invoke a function, and its environment appears at this place.
      </Empty>
    );
  }
  return (
    <div className="env-functions">
      {functions.map((picture) => (
        <FunctionPanel
          key={picture.key}
          picture={picture}
          isSmall={isSmall}
          selected={selected !== undefined && has(picture, selected) ? selected : undefined}
          onSelect={onSelect}
        />
      ))}
    </div>
  );
}

function ConnectionWords({
  connection,
  isPaused,
}: {
  readonly connection: Connection;
  readonly isPaused: boolean;
}): ReactNode {
  if (isPaused) return <StatusIndicator type="stopped">Paused</StatusIndicator>;
  if (connection === "live") return <StatusIndicator type="success">Live</StatusIndicator>;
  if (connection === "lost") return <StatusIndicator type="error">Server lost; trying again</StatusIndicator>;
  return <StatusIndicator type="pending">Connecting</StatusIndicator>;
}

function livingOf({ versions }: FunctionPicture): EnvironmentView[] {
  return versions.flatMap(({ cells }) =>
    cells.filter((cell) => cell.leftAtMs === undefined).map((cell) => cell.environment),
  );
}

function has({ versions }: FunctionPicture, id: string): boolean {
  return versions.some(({ cells }) => cells.some((cell) => cell.environment.id === id));
}

const HELP = (
  <HelpPanel header={<h2>Environments</h2>}>
    <p>
      Each cell is one execution environment: a sandbox in which one invocation runs at a time. It appears
      when a call finds no free one, freezes between calls, and goes away when nobody has called for a while.
    </p>
    <dl>
      {STATES.map((state) => (
        <div key={state}>
          <dt>
            <StateMark state={state} /> {STATE_WORDS[state]}
          </dt>
          <dd>{STATE_MEANINGS[state]}</dd>
        </div>
      ))}
    </dl>
    <p>
      The level in a cell is the memory it used at its peak, against the function&apos;s memory size. Dashed
      cells are free slots of the function&apos;s reserved concurrency: a call beyond them is refused with
      TooManyRequestsException, and the counter says so.
    </p>
    <p>Arrow keys move between the cells of a version; the table shows the same in rows.</p>
  </HelpPanel>
);
