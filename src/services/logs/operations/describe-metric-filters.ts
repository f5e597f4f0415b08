/** DescribeMetricFilters: a page of a group's or of all, by the names of groups and filters. */
import type {
  DescribeMetricFiltersRequest,
  DescribeMetricFiltersResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound, invalidParameter } from "../errors.ts";
import { pageOfFilters } from "../filter-pages.ts";
import { transformationsOf } from "../subscribers/metric-filter.ts";

/** Throws ResourceNotFoundException, InvalidParameterException (name and namespace go together: documented, text recall). */
export function describeMetricFilters({
  store,
  writer,
}: LogsDependencies): Operation<DescribeMetricFiltersRequest, DescribeMetricFiltersResponse> {
  return async (request, context) => {
    const { logGroupName: group, filterNamePrefix: prefix = "", metricName, metricNamespace } = request;
    if ((metricName === undefined) !== (metricNamespace === undefined)) {
      throw invalidParameter("metricName and metricNamespace must be specified together.");
    }
    await writer.flush();
    if (group !== undefined && (await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const all = await store.listFilters(context, { kind: "metric", group });
    const wanted = all.filter(
      (filter) =>
        filter.name.startsWith(prefix) &&
        (metricName === undefined ||
          transformationsOf(filter).some(
            (each) => each.metricName === metricName && each.metricNamespace === metricNamespace,
          )),
    );
    const { page, nextToken } = pageOfFilters(wanted, request);
    return {
      metricFilters: page.map((filter) => ({
        filterName: filter.name,
        filterPattern: filter.pattern,
        ...filter.settings,
        creationTime: filter.createdAtMs,
        logGroupName: filter.group,
      })),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}
