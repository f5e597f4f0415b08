/** DescribeAlarms: alarms by name, prefix, state or action. */
import type { DescribeAlarmsInput, DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { actionsOfConfiguration } from "../alarms/configuration.ts";
import { described } from "../alarms/described.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { invalidCombination } from "../errors.ts";
import { decodeToken, encodeToken } from "../tokens.ts";

/** There are no composite alarms here: asked for those or for kinship, the answer is empty. Throws InvalidNextToken, InvalidParameterCombination. */
export function describeAlarms({
  alarmStore,
}: CloudWatchDependencies): Operation<DescribeAlarmsInput, DescribeAlarmsOutput> {
  return async (request, context) => {
    const {
      AlarmNames: names,
      AlarmNamePrefix: prefix,
      StateValue,
      ActionPrefix,
      AlarmTypes,
      NextToken,
    } = request;
    if (names !== undefined && prefix !== undefined) {
      throw invalidCombination("The parameters AlarmNames and AlarmNamePrefix are mutually exclusive.");
    }
    const wantsMetricAlarms =
      AlarmTypes === undefined || AlarmTypes.length === 0 || AlarmTypes.includes("MetricAlarm");
    if (!wantsMetricAlarms || request.ChildrenOfAlarmName || request.ParentsOfAlarmName) {
      return { MetricAlarms: [], CompositeAlarms: [] };
    }
    const after = NextToken === undefined ? "" : decodeToken(NextToken, isName);
    const found = (await alarmStore.list(context)).filter(
      ({ name, state, configuration }) =>
        name > after &&
        (names === undefined || names.includes(name)) &&
        name.startsWith(prefix ?? "") &&
        (StateValue === undefined || state.value === StateValue) &&
        (ActionPrefix === undefined ||
          actionsOfConfiguration(configuration).some((action) => action.startsWith(ActionPrefix))),
    );
    // Without a number, 50: as AWS.
    const page = found.slice(
      0,
      Math.min(request.MaxRecords ?? names?.length ?? 50, METRICS_LIMITS.describeItemsMax),
    );
    const last = page.at(-1);
    return {
      MetricAlarms: page.map((alarm) => described(context, alarm)),
      CompositeAlarms: [],
      ...(found.length > page.length && last !== undefined && { NextToken: encodeToken(last.name) }),
    };
  };
}

function isName(value: unknown): value is string {
  return typeof value === "string";
}
