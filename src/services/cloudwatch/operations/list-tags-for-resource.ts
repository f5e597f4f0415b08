/** ListTagsForResource. */
import type { ListTagsForResourceInput, ListTagsForResourceOutput } from "@aws-sdk/client-cloudwatch";
import type { Operation } from "../../../model/mod.ts";
import { alarmNameOf } from "../alarms/alarm-name.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { resourceNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException. */
export function listTagsForResource({
  alarmStore,
}: CloudWatchDependencies): Operation<ListTagsForResourceInput, ListTagsForResourceOutput> {
  return async ({ ResourceARN: arn = "" }, context) => {
    const alarm = await alarmStore.find(context, alarmNameOf(context, arn));
    if (alarm === undefined) throw resourceNotFound(arn);
    return { Tags: Object.entries(alarm.tags).map(([Key, Value]) => ({ Key, Value })) };
  };
}
