/** DescribeSubscriptionFilters: a page of a group's, by name. */
import type {
  DescribeSubscriptionFiltersRequest,
  DescribeSubscriptionFiltersResponse,
} from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";
import { pageOfFilters } from "../filter-pages.ts";

/** Throws ResourceNotFoundException, InvalidParameterException. */
export function describeSubscriptionFilters({
  store,
  writer,
}: LogsDependencies): Operation<DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse> {
  return async (request, context) => {
    const { logGroupName: group = "", filterNamePrefix: prefix = "" } = request;
    await writer.flush();
    if ((await store.findGroup(context, group)) === undefined) throw groupNotFound();
    const all = await store.listFilters(context, { kind: "subscription", group });
    const { page, nextToken } = pageOfFilters(
      all.filter(({ name }) => name.startsWith(prefix)),
      request,
    );
    return {
      subscriptionFilters: page.map((filter) => ({
        filterName: filter.name,
        logGroupName: filter.group,
        filterPattern: filter.pattern,
        ...filter.settings,
        creationTime: filter.createdAtMs,
      })),
      ...(nextToken !== undefined && { nextToken }),
    };
  };
}
