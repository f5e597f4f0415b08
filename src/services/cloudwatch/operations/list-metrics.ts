/** ListMetrics: which metrics there are. */
import type { ListMetricsInput, ListMetricsOutput } from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import type { MetricName } from "../../../store/mod.ts";
import { dimensionList } from "../data-points.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { decodeToken, encodeToken } from "../tokens.ts";

/** Those with values in the last two weeks. Other accounts are not linked to anything here. Throws InvalidNextToken. */
export function listMetrics({
  store,
  buffer,
  clock,
}: CloudWatchDependencies): Operation<ListMetricsInput, ListMetricsOutput> {
  return async (request, context) => {
    await buffer.flush();
    const { listItemsMax, recentlyActiveMs, listedMs } = METRICS_LIMITS;
    const found = await store.list(context, {
      namespace: request.Namespace,
      name: request.MetricName,
      dimensions: (request.Dimensions ?? []).map(({ Name = "", Value }) => ({ name: Name, value: Value })),
      activeSinceMs: clock.nowMs() - (request.RecentlyActive === undefined ? listedMs : recentlyActiveMs),
      after: request.NextToken === undefined ? undefined : decodeToken(request.NextToken, isMetricName),
      limit: listItemsMax + 1,
    });
    const page = found.slice(0, listItemsMax);
    return {
      Metrics: page.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: dimensionList(dimensions),
      })),
      ...(found.length > listItemsMax && { NextToken: encodeToken(page.at(-1)) }),
    };
  };
}

function isMetricName(value: unknown): value is MetricName {
  const { namespace, name, dimensions } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof namespace === "string" &&
    typeof name === "string" &&
    typeof dimensions === "object" &&
    dimensions !== null
  );
}
