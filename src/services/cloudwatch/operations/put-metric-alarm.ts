/** PutMetricAlarm: makes an alarm, or gives one another configuration. */
import type { PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { checkConfiguration } from "../alarms/configuration.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { tooManyAlarms } from "../errors.ts";

/**
 * The alarm is looked at at once, as on AWS; an existing one keeps its state until then, and its tags. Throws
 * InvalidParameterValue, InvalidParameterCombination, MissingParameter, ValidationError, LimitExceeded.
 */
export function putMetricAlarm({
  store,
  alarmStore,
  alarms,
  buffer,
  clock,
}: CloudWatchDependencies): Operation<PutMetricAlarmInput, void> {
  return async (request, { accountId, region }) => {
    const scope = { accountId, region };
    checkConfiguration(request, store, scope);
    const { Tags, ActionsEnabled, ...configuration } = request;
    const name = request.AlarmName ?? "";
    const nowMs = clock.nowMs();
    const { alarmsMax } = METRICS_LIMITS;
    const known = await alarmStore.list(scope);
    if (known.length >= alarmsMax && !known.some((alarm) => alarm.name === name))
      throw tooManyAlarms(alarmsMax);
    let isNew = false;
    const alarm = await alarmStore.update(scope, name, (before) => {
      isNew = before === undefined;
      return {
        name,
        configuration,
        configuredAtMs: nowMs,
        areActionsEnabled: ActionsEnabled ?? true,
        // Tags of an existing alarm are changed by TagResource only.
        tags:
          before?.tags ?? Object.fromEntries((Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value])),
        state: before?.state ?? {
          value: "INSUFFICIENT_DATA",
          reason: "Unchecked: Initial alarm creation",
          reasonData: undefined,
          updatedAtMs: nowMs,
          changedAtMs: nowMs,
        },
      };
    });
    await alarmStore.addHistory(scope, {
      name,
      timeMs: nowMs,
      kind: "ConfigurationUpdate",
      summary: isNew ? `Alarm "${name}" created` : `Alarm "${name}" updated`,
      data: JSON.stringify({ version: "1.0", type: isNew ? "Create" : "Update" }),
    });
    await buffer.flush();
    if (alarm !== undefined) await alarms.evaluate(scope, alarm);
  };
}
