/** A function's own logs: the same search and tail as its log group's page has. */
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { to } from "../../../../app/router.ts";
import { LogSearch } from "../../../log-group/log-search.tsx";
import type { FunctionTabProps } from "../../tab.ts";

export default function LogsTab({ name, configuration }: FunctionTabProps): ReactNode {
  const group = configuration.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`;
  return (
    <SpaceBetween size="s">
      <div>
        Log group <Link href={to("logs", group)}>{group}</Link>
        {", "}
        <Link href={`#/insights?${new URLSearchParams({ group })}`}>query it with Logs Insights</Link>
      </div>
      <LogSearch key={group} group={group} mayBeMissing />
    </SpaceBetween>
  );
}
