/** GetMetricData: many metrics and expressions over them at once. */
import type {
  GetMetricDataInput,
  GetMetricDataOutput,
  MetricDataQuery,
  MetricDataResult,
} from "@aws-sdk/client-cloudwatch";
import { METRICS_LIMITS } from "../../../config/mod.ts";
import type { Operation } from "../../../model/mod.ts";
import { checkTimes } from "../data-points.ts";
import type { CloudWatchDependencies } from "../dependencies.ts";
import { validationFailed } from "../errors.ts";
import { MetricQueries } from "../metric-queries.ts";
import { decodeToken, encodeToken, isCount } from "../tokens.ts";

/**
 * Periods begin at multiples of themselves. Other accounts are not linked to anything here, and dynamic labels are given back as
 * they came. Throws ValidationError, InvalidParameterValue, InvalidNextToken.
 */
export function getMetricData({
  store,
  buffer,
}: CloudWatchDependencies): Operation<GetMetricDataInput, GetMetricDataOutput> {
  return async (request, context) => {
    const { MetricDataQueries = [], StartTime, EndTime } = request;
    checkTimes(StartTime, EndTime);
    const { queriesMax, dataPointsMax } = METRICS_LIMITS;
    if (MetricDataQueries.length === 0 || MetricDataQueries.length > queriesMax) {
      throw validationFailed(
        `The collection MetricDataQueries must have a size between 1 and ${queriesMax}.`,
      );
    }
    const shown = MetricDataQueries.filter(({ ReturnData }) => ReturnData !== false);
    if (shown.length === 0) throw validationFailed("At least one query must have ReturnData set to true.");
    const pageMax = Math.min(request.MaxDatapoints ?? dataPointsMax, dataPointsMax);
    if (pageMax < 1) throw validationFailed("The parameter MaxDatapoints must be greater than 0.");
    const skip = request.NextToken === undefined ? 0 : decodeToken(request.NextToken, isCount);
    await buffer.flush();
    const times = { fromMs: StartTime?.getTime() ?? 0, untilMs: EndTime?.getTime() ?? 0 };
    const queries = new MetricQueries(store, context, MetricDataQueries, times);
    const isAscending = request.ScanBy === "TimestampAscending";
    const results: Whole[] = [];
    for (const query of shown) results.push(...(await resultsOf(queries, query, isAscending)));
    return { ...paged(results, skip, pageMax), Messages: [] };
  };
}

type Point = readonly [timeMs: number, value: number];

interface Whole {
  readonly id: string;
  readonly label: string;
  readonly points: readonly Point[];
}

async function resultsOf(
  queries: MetricQueries,
  { Id = "", Label }: MetricDataQuery,
  isAscending: boolean,
): Promise<Whole[]> {
  const sign = isAscending ? 1 : -1;
  return (await queries.seriesOf(Id)).map(({ label, points }) => ({
    id: Id,
    label: Label ?? (label === "" ? Id : label),
    points: [...points].sort(([one], [other]) => sign * (one - other)),
  }));
}

/** A page is so many points of all results, one after another. */
function paged(results: readonly Whole[], skip: number, pageMax: number): GetMetricDataOutput {
  const until = skip + pageMax;
  const page: MetricDataResult[] = [];
  let passed = 0;
  for (const { id, label, points } of results) {
    const from = Math.max(0, skip - passed);
    const to = Math.min(points.length, until - passed);
    passed += points.length;
    // What was shown whole on an earlier page, and what begins on a later one.
    if ((from >= points.length && skip > 0) || to < 0) continue;
    const part = points.slice(from, Math.max(from, to));
    page.push({
      Id: id,
      Label: label,
      Timestamps: part.map(([timeMs]) => new Date(timeMs)),
      Values: part.map(([, value]) => value),
      StatusCode: to < points.length ? "PartialData" : "Complete",
    });
  }
  return { MetricDataResults: page, ...(passed > until && { NextToken: encodeToken(until) }) };
}
