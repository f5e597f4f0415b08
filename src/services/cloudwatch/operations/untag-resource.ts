/** UntagResource. */
import type { UntagResourceInput, UntagResourceOutput } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../../../model/mod.ts";
import { alarmNameOf } from "../alarms/alarm-name.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";

/** Keys that are not there are passed over. Throws ResourceNotFoundException. */
export function untagResource({
  alarmStore,
}: CloudWatchDependencies): Operation<UntagResourceInput, UntagResourceOutput> {
  return async ({ ResourceARN: arn = "", TagKeys = [] }, context) => {
    const changed = await alarmStore.update(
      context,
      alarmNameOf(context, arn),
      (alarm) =>
        alarm && {
          ...alarm,
          tags: Object.fromEntries(Object.entries(alarm.tags).filter(([key]) => !TagKeys.includes(key))),
        },
    );
    if (changed === undefined) throw resourceNotFound(arn);
    return {};
  };
}
