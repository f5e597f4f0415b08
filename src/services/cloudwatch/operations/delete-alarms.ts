/** DeleteAlarms. */
import type { DeleteAlarmsInput } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../../../model/mod.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { alarmNotFound } from "../errors.ts";

/** When one of several is not there, none goes, as on AWS. Throws ResourceNotFound. */
export function deleteAlarms({ alarmStore }: CloudWatchDependencies): Operation<DeleteAlarmsInput, void> {
  return async ({ AlarmNames: names = [] }, context) => {
    const known = new Set((await alarmStore.list(context)).map(({ name }) => name));
    const absent = names.find((name) => !known.has(name));
    if (absent !== undefined) throw alarmNotFound(absent);
    await alarmStore.remove(context, names);
  };
}
