/** Every operation of CloudWatch Logs that is built, by its name. */
import type { OperationTable } from "../../model/mod.ts";
import type { LogsDependencies } from "./dependencies.ts";
import { createLogGroup } from "./operations/create-log-group.ts";
import { createLogStream } from "./operations/create-log-stream.ts";
import { deleteLogGroup } from "./operations/delete-log-group.ts";
import { deleteLogStream } from "./operations/delete-log-stream.ts";
import { deleteMetricFilter } from "./operations/delete-metric-filter.ts";
import { deleteRetentionPolicy } from "./operations/delete-retention-policy.ts";
import { deleteSubscriptionFilter } from "./operations/delete-subscription-filter.ts";
import { describeLogGroups } from "./operations/describe-log-groups.ts";
import { describeLogStreams } from "./operations/describe-log-streams.ts";
import { describeMetricFilters } from "./operations/describe-metric-filters.ts";
import { describeQueries } from "./operations/describe-queries.ts";
import { describeSubscriptionFilters } from "./operations/describe-subscription-filters.ts";
import { filterLogEvents } from "./operations/filter-log-events.ts";
import { getLogEvents } from "./operations/get-log-events.ts";
import { getLogRecord } from "./operations/get-log-record.ts";
import { getQueryResults } from "./operations/get-query-results.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { listTagsLogGroup } from "./operations/list-tags-log-group.ts";
import { putLogEvents } from "./operations/put-log-events.ts";
import { putLogGroupDeletionProtection } from "./operations/put-log-group-deletion-protection.ts";
import { putMetricFilter } from "./operations/put-metric-filter.ts";
import { putRetentionPolicy } from "./operations/put-retention-policy.ts";
import { putSubscriptionFilter } from "./operations/put-subscription-filter.ts";
import { startLiveTail } from "./operations/start-live-tail.ts";
import { startQuery } from "./operations/start-query.ts";
import { stopQuery } from "./operations/stop-query.ts";
import { tagLogGroup } from "./operations/tag-log-group.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { testMetricFilter } from "./operations/test-metric-filter.ts";
import { untagLogGroup } from "./operations/untag-log-group.ts";
import { untagResource } from "./operations/untag-resource.ts";

export function logsOperations(dependencies: LogsDependencies): OperationTable {
  return {
    CreateLogGroup: createLogGroup(dependencies),
    CreateLogStream: createLogStream(dependencies),
    DeleteLogGroup: deleteLogGroup(dependencies),
    DeleteLogStream: deleteLogStream(dependencies),
    DeleteRetentionPolicy: deleteRetentionPolicy(dependencies),
    DescribeLogGroups: describeLogGroups(dependencies),
    DescribeLogStreams: describeLogStreams(dependencies),
    FilterLogEvents: filterLogEvents(dependencies),
    GetLogEvents: getLogEvents(dependencies),
    ListTagsForResource: listTagsForResource(dependencies),
    ListTagsLogGroup: listTagsLogGroup(dependencies),
    PutLogEvents: putLogEvents(dependencies),
    PutLogGroupDeletionProtection: putLogGroupDeletionProtection(dependencies),
    PutRetentionPolicy: putRetentionPolicy(dependencies),
    PutSubscriptionFilter: putSubscriptionFilter(dependencies),
    DescribeSubscriptionFilters: describeSubscriptionFilters(dependencies),
    DeleteSubscriptionFilter: deleteSubscriptionFilter(dependencies),
    PutMetricFilter: putMetricFilter(dependencies),
    DescribeMetricFilters: describeMetricFilters(dependencies),
    DeleteMetricFilter: deleteMetricFilter(dependencies),
    TestMetricFilter: testMetricFilter(),
    StartLiveTail: startLiveTail(dependencies),
    StartQuery: startQuery(dependencies),
    GetQueryResults: getQueryResults(dependencies),
    StopQuery: stopQuery(dependencies),
    DescribeQueries: describeQueries(dependencies),
    GetLogRecord: getLogRecord(dependencies),
    TagLogGroup: tagLogGroup(dependencies),
    TagResource: tagResource(dependencies),
    UntagLogGroup: untagLogGroup(dependencies),
    UntagResource: untagResource(dependencies),
  };
}
