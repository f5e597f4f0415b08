/** EnableAlarmActions and DisableAlarmActions: whether alarms do anything when their state changes. */
import type { DisableAlarmActionsInput, EnableAlarmActionsInput } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../../../model/mod.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";

/** Alarms that are not there are passed over, as on AWS (assumed). */
export function enableAlarmActions(
  dependencies: CloudWatchDependencies,
): Operation<EnableAlarmActionsInput, void> {
  return setEnabled(dependencies, true);
}

export function disableAlarmActions(
  dependencies: CloudWatchDependencies,
): Operation<DisableAlarmActionsInput, void> {
  return setEnabled(dependencies, false);
}

function setEnabled(
  { alarmStore }: CloudWatchDependencies,
  areActionsEnabled: boolean,
): Operation<EnableAlarmActionsInput, void> {
  return async ({ AlarmNames = [] }, context) => {
    for (const name of AlarmNames) {
      await alarmStore.update(context, name, (alarm) => alarm && { ...alarm, areActionsEnabled });
    }
  };
}
