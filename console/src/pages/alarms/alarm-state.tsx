/** An alarm's state: an icon and a word. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";

export function AlarmState({ alarm }: { readonly alarm: MetricAlarm }): ReactNode {
  switch (alarm.StateValue) {
    case "ALARM":
      return <StatusIndicator type="error">In alarm</StatusIndicator>;
    case "OK":
      return <StatusIndicator type="success">OK</StatusIndicator>;
    default:
      return <StatusIndicator type="pending">Not enough data</StatusIndicator>;
  }
}
