/** An alarm as the API answers it. */
import type { MetricAlarm } from "@aws-sdk/client-cloudwatch";
import type { Scope } from "../../../model/mod.ts";
import { type Alarm, alarmArn } from "./wording.ts";

export function described(scope: Scope, alarm: Alarm): MetricAlarm {
  const { configuration, state } = alarm;
  return {
    ...configuration,
    OKActions: configuration.OKActions ?? [],
    AlarmActions: configuration.AlarmActions ?? [],
    InsufficientDataActions: configuration.InsufficientDataActions ?? [],
    ...(configuration.Metrics === undefined && { Dimensions: configuration.Dimensions ?? [] }),
    AlarmName: alarm.name,
    AlarmArn: alarmArn(scope, alarm.name),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAtMs),
    ActionsEnabled: alarm.areActionsEnabled,
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData !== undefined && { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.updatedAtMs),
    StateTransitionedTimestamp: new Date(state.changedAtMs),
  };
}
