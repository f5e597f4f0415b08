/** SetAlarmState: for a while, until the alarm is looked at again. */
import type { SetAlarmStateInput } from "@aws-sdk/client-cloudwatch";
import { ApiError } from "../../../errors/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { alarmNotFound } from "../errors.ts";

/** Actions follow a change, as they do otherwise. Throws ResourceNotFound, InvalidFormat. */
export function setAlarmState({ alarms }: CloudWatchDependencies): Operation<SetAlarmStateInput, void> {
  return async (request, { accountId, region }) => {
    const {
      AlarmName: name = "",
      StateValue,
      StateReason: reason = "",
      StateReasonData: reasonData,
    } = request;
    if (reasonData !== undefined) {
      try {
        JSON.parse(reasonData);
      } catch {
        throw new ApiError("InvalidFormatFault", "StateReasonData is not valid JSON.");
      }
    }
    const value = StateValue ?? "INSUFFICIENT_DATA";
    const isThere = await alarms.setState({ accountId, region }, name, { value, reason, reasonData });
    if (!isThere) throw alarmNotFound(name);
  };
}
