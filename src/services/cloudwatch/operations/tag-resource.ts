/** TagResource: alarms are all that has tags here. */
import type { TagResourceInput, TagResourceOutput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { alarmNameOf } from "../alarms/alarm-name.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { invalidValue, resourceNotFound } from "../errors.ts";

/** Throws ResourceNotFoundException, InvalidParameterValue. */
export function tagResource({
  alarmStore,
}: CloudWatchDependencies): Operation<TagResourceInput, TagResourceOutput> {
  return async ({ ResourceARN: arn = "", Tags = [] }, context) => {
    const added = Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
    const changed = await alarmStore.update(context, alarmNameOf(context, arn), (alarm) => {
      if (alarm === undefined) return undefined;
      const tags = { ...alarm.tags, ...added };
      if (Object.keys(tags).length > METRICS_LIMITS.tagsMax) {
        throw invalidValue(`A resource can have no more than ${METRICS_LIMITS.tagsMax} tags.`);
      }
      return { ...alarm, tags };
    });
    if (changed === undefined) throw resourceNotFound(arn);
    return {};
  };
}
