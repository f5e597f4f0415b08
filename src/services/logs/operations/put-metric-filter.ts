/** PutMetricFilter: a group's matching events become values of a metric, from here on. */
import type { PutMetricFilterRequest } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, limitExceeded } from "../errors.ts";
import { checkTransformation } from "../subscribers/metric-filter.ts";

/** Throws InvalidParameterException, LimitExceededException, ResourceNotFoundException. */
export function putMetricFilter({
  store,
  writer,
  clock,
  filters,
}: LogsDependencies): Operation<PutMetricFilterRequest, void> {
  return async (request, context) => {
    const { logGroupName: group = "", filterName: name = "", filterPattern: pattern = "" } = request;
    const scope = { accountId: context.accountId, region: context.region };
    const { metricTransformations = [], applyOnTransformedLogs } = request;
    for (const transformation of metricTransformations) checkTransformation(transformation, pattern);
    await writer.flush();
    const others = await store.listFilters(scope, { kind: "metric", group });
    const isNew = !others.some((other) => other.name === name);
    if (isNew && others.length >= LOGS_LIMITS.metricFiltersMax) throw limitExceeded();
    const settings = { metricTransformations, applyOnTransformedLogs };
    const record = { kind: "metric" as const, scope, group, name, pattern, settings };
    if (!(await store.putFilter({ ...record, createdAtMs: clock.nowMs() }))) throw groupNotFound();
    await filters.refresh(scope, group);
  };
}
