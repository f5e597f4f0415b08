/** The Monitor tab: one function's metrics, all of them or those of one version or alias. */
import { type ReactNode, useState } from "react";
import { Monitor } from "../../../monitoring/monitor.tsx";
import { QualifierSelect } from "../../../monitoring/qualifier-select.tsx";
import type { FunctionTabProps } from "../../tab.ts";

export default function MonitorTab({ name, version }: FunctionTabProps): ReactNode {
  return <OfFunction key={version ?? ""} name={name} version={version} />;
}

/** What is chosen at first depends on the version that the page shows. */
function OfFunction({ name, version }: Pick<FunctionTabProps, "name" | "version">): ReactNode {
  const [qualifier, setQualifier] = useState(version);
  return (
    <Monitor subject={{ functionName: name, qualifier }}>
      <QualifierSelect functionName={name} qualifier={qualifier} onChange={setQualifier} />
    </Monitor>
  );
}
