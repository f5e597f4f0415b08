/** One alarm: its state and why, what it watches, and its history. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useState } from "react";
import { navigate, to } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Failure } from "../../kit/failure.tsx";
import { Page } from "../../kit/page.tsx";
import { useLoad } from "../../kit/use-load.ts";
import { time } from "../../kit/words.ts";
import { AlarmDialog } from "../alarms/alarm-dialog.tsx";
import { AlarmState } from "../alarms/alarm-state.tsx";
import { findAlarm } from "../alarms/alarms.ts";
import { DeleteAlarms } from "../alarms/delete-alarms.tsx";
import { isSimple } from "../alarms/form.ts";
import { condition, functionOf, MISSING } from "../alarms/words.ts";
import { History } from "./history.tsx";
import { WatchedChart } from "./watched-chart.tsx";

const REFRESH_MS = 5000;

export default function AlarmPage({ params }: PageProps): ReactNode {
  const name = params["name"] ?? "";
  const { data, error, reload } = useLoad(`alarm ${name}`, (signal) => findAlarm(name, signal), REFRESH_MS);
  const [doing, setDoing] = useState<"edit" | "delete">();
  const done = (): void => setDoing(undefined);
  return (
    <Page
      title={name}
      crumbs={[{ text: "Alarms", href: "#/alarms" }]}
      description={data?.AlarmDescription}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          <Button disabled={data === undefined} onClick={() => setDoing("delete")}>
            Delete
          </Button>
          <Button disabled={data === undefined || !isSimple(data)} onClick={() => setDoing("edit")}>
            Edit
          </Button>
        </SpaceBetween>
      }
    >
      <Failure error={error} retry={() => void reload()} />
      {data !== undefined && (
        <SpaceBetween size="l">
          {!isSimple(data) && (
            <Alert type="info" statusIconAriaLabel="Note">
              This alarm watches something else than a plain metric of functions. It is changed by
              PutMetricAlarm, with the CLI or an SDK.
            </Alert>
          )}
          <Details alarm={data} />
          <WatchedChart alarm={data} />
          <History name={name} />
        </SpaceBetween>
      )}
      {doing === "edit" && <AlarmDialog alarm={data} onDone={() => void reload()} onClose={done} />}
      {doing === "delete" && (
        <DeleteAlarms names={[name]} onDone={() => navigate("#/alarms")} onClose={done} />
      )}
    </Page>
  );
}

function Details({ alarm }: { readonly alarm: MetricAlarm }): ReactNode {
  const functionName = functionOf(alarm);
  const missing = MISSING.find(({ value }) => value === (alarm.TreatMissingData ?? "missing"));
  const link = functionName !== undefined && (
    <Link href={`${to("functions", functionName)}?tab=monitor`}>{functionName}</Link>
  );
  return (
    <Container header={<Header variant="h2">Alarm</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: "State", value: <AlarmState alarm={alarm} /> },
          { label: "Since", value: time(alarm.StateTransitionedTimestamp) },
          { label: "Why", value: alarm.StateReason ?? "–" },
          { label: "In alarm when", value: condition(alarm) },
          { label: "Function", value: link || dimensions(alarm) },
          { label: "A period without data is", value: missing?.label ?? alarm.TreatMissingData },
          { label: "Actions in alarm", value: actions(alarm, alarm.AlarmActions) },
          { label: "Actions when OK again", value: actions(alarm, alarm.OKActions) },
          { label: "Actions without data", value: actions(alarm, alarm.InsufficientDataActions) },
        ]}
      />
    </Container>
  );
}

function dimensions({ Namespace, Dimensions = [] }: MetricAlarm): string {
  if (Dimensions.length === 0) return Namespace === "AWS/Lambda" ? "All functions" : "–";
  return Dimensions.map(({ Name, Value }) => `${Name} ${Value}`).join(", ");
}

function actions({ ActionsEnabled }: MetricAlarm, arns: readonly string[] = []): string {
  if (arns.length === 0) return "None";
  return `${arns.join(", ")}${ActionsEnabled === false ? " (turned off)" : ""}`;
}
