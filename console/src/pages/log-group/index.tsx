/** One log group: its lines to search and tail, its streams, how long it keeps them. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import HelpPanel from "@cloudscape-design/components/help-panel";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { type ReactNode, useState } from "react";
import { navigate, replaceAddress, to } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { bytes, time } from "../../kit/words.ts";
import { DeleteGroup } from "../logs/delete-group.tsx";
import { findGroup, retentionWords } from "../logs/groups.ts";
import { RetentionDialog } from "../logs/retention-dialog.tsx";
import { LogSearch } from "./log-search.tsx";
import { Streams } from "./streams.tsx";

/** Whoever follows a link to one stream wants to see what is in it, however old. */
const LAST_MONTH = { type: "relative", key: "30d", amount: 30, unit: "day" } as const;
const LAMBDA_PREFIX = "/aws/lambda/";

export default function LogGroupPage({ params, query }: PageProps): ReactNode {
  const name = params["group"] ?? "";
  const stream = query.get("stream") ?? undefined;
  const group = useLoad(`log group ${name}`, async () => {
    const found = await findGroup(name);
    if (found === undefined) throw new Error(`There is no log group ${name}.`);
    return found;
  });
  const [dialog, setDialog] = useState<"retention" | "delete">();
  const address = to("logs", name);
  const crumbs = [
    { text: "Log groups", href: "#/logs" },
    ...(stream === undefined ? [] : [{ text: name, href: address }]),
  ];
  const { data, error, reload } = group;
  return (
    <Page
      title={stream ?? name}
      crumbs={crumbs}
      help={HELP}
      description={stream === undefined ? undefined : `A stream of ${name}`}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button href={`#/insights?${new URLSearchParams({ group: name })}`}>Logs Insights</Button>
          <Button disabled={data === undefined} onClick={() => setDialog("retention")}>
            Retention
          </Button>
          <Button disabled={data === undefined} onClick={() => setDialog("delete")}>
            Delete group
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={() => void reload()} />
      {data !== undefined && (
        <Container>
          <KeyValuePairs
            columns={4}
            items={[
              { label: "Stored", value: bytes(data.storedBytes ?? 0) },
              { label: "Retention", value: retentionWords(data.retentionInDays) },
              { label: "Created", value: time(data.creationTime) },
              { label: "Function", value: <FunctionOf group={name} /> },
            ]}
          />
        </Container>
      )}
      {data !== undefined &&
        (stream !== undefined ? (
          <LogSearch key={stream} group={name} stream={stream} initialRange={LAST_MONTH} />
        ) : (
          <Tabs
            ariaLabel={`Of ${name}`}
            activeTabId={query.get("tab") ?? "lines"}
            onChange={({ detail }) => replaceAddress(`${address}?tab=${detail.activeTabId}`)}
            tabs={[
              {
                id: "lines",
                label: "Lines",
                contentRenderStrategy: "lazy",
                content: <LogSearch group={name} />,
              },
              {
                id: "streams",
                label: "Streams",
                contentRenderStrategy: "lazy",
                content: <Streams group={name} />,
              },
            ]}
          />
        ))}
      {dialog === "retention" && data !== undefined && (
        <RetentionDialog group={data} onSaved={reload} onClose={() => setDialog(undefined)} />
      )}
      {dialog === "delete" && (
        <DeleteGroup
          name={name}
          onClose={() => setDialog(undefined)}
          onDeleted={async () => navigate("#/logs")}
        />
      )}
    </Page>
  );
}

function FunctionOf({ group }: { readonly group: string }): ReactNode {
  if (!group.startsWith(LAMBDA_PREFIX)) return "–";
  const name = group.slice(LAMBDA_PREFIX.length);
  return <Link href={to("functions", name)}>{name}</Link>;
}

const HELP = (
  <HelpPanel header={<h2>Log group</h2>}>
    <p>
      A filter pattern is a word (<code>ERROR</code>), several words that must all be there, a part in quotes,{" "}
      <code>-word</code> for lines without it, <code>?a ?b</code> for either, <code>%expression%</code> for a
      regular expression, or for JSON lines <code>{'{ $.level = "error" && $.ms > 100 }'}</code>.
    </p>
    <p>
      At most 2,000 lines are shown, the newest of the search. A live tail asks each second for what is new,
      and lets the oldest go.
    </p>
  </HelpPanel>
);
