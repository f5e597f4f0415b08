/** Monitoring: how the functions of an account do, together or one of them. The address says which, so that it can be shared. */
import Button from "@cloudscape-design/components/button";
import HelpPanel from "@cloudscape-design/components/help-panel";
import type { ReactNode } from "react";
import { replaceAddress } from "../../app/router.ts";
import type { PageProps } from "../../app/routes.ts";
import { Page } from "../../kit/page.tsx";
import type { Subject } from "./charts.ts";
import { FunctionSelect } from "./function-select.tsx";
import { Monitor } from "./monitor.tsx";
import { QualifierSelect } from "./qualifier-select.tsx";

export default function MonitoringPage({ query }: PageProps): ReactNode {
  const functionName = query.get("function") ?? undefined;
  const qualifier = functionName === undefined ? undefined : (query.get("qualifier") ?? undefined);
  return (
    <Page
      title="Monitoring"
      help={HELP}
      description="How often functions are called, how long they take, and what fails. Read anew every few seconds."
      actions={<Button href="#/alarms">Alarms</Button>}
    >
      <Monitor subject={{ functionName, qualifier }}>
        <FunctionSelect
          functionName={functionName}
          onChange={(name) => replaceAddress(address({ functionName: name, qualifier: undefined }))}
        />
        {functionName !== undefined && (
          <QualifierSelect
            functionName={functionName}
            qualifier={qualifier}
            onChange={(chosen) => replaceAddress(address({ functionName, qualifier: chosen }))}
          />
        )}
      </Monitor>
    </Page>
  );
}

function address({ functionName, qualifier }: Subject): string {
  if (functionName === undefined) return "#/monitoring";
  const query = { function: functionName, ...(qualifier !== undefined && { qualifier }) };
  return `#/monitoring?${new URLSearchParams(query)}`;
}

const HELP = (
  <HelpPanel header={<h2>Monitoring</h2>}>
    <p>
      These are the metrics of the namespace AWS/Lambda, as GetMetricData gives them. Each point stands for a
      period; the last one is not over yet. A call counts for the minute in which it was let in.
    </p>
    <p>
      Cold starts are no metric of CloudWatch. The server counts them for Prometheus, and this page charts
      what is added from one look to the next.
    </p>
  </HelpPanel>
);
