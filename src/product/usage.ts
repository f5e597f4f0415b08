/**
 * `GET /_lambkin/usage`: what functions used, by day, and what it would have cost on AWS.
 *
 * Parameters: `from`, `to` (UTC days, both included; this month until today), `account`, `region`, `function` (all, where they
 * are left out), `format` (`json`, `csv`). What cannot be understood is refused with status 400 and a sentence in `message`.
 *
 * Tiers and free tier are reckoned for what was asked for as if there were nothing else: a whole month of a whole account gives
 * what AWS would write on the bill.
 */
import { USAGE_LIMITS } from "../config/mod.ts";
import type { HttpAnswer } from "../gateway/mod.ts";
import type { Clock } from "../kit/mod.ts";
import {
  dayOf,
  gbSecondsOf,
  type MonthCost,
  PRICES,
  type PricedLine,
  priceUsage,
  rounded,
  sumOfCosts,
  type UsageMeter,
} from "../observe/mod.ts";
import { csv } from "./csv.ts";
import { json, type ProductHandler } from "./routes.ts";
import { BadUsageRequest, readUsageRequest, type UsageRequest } from "./usage-query.ts";

export function usage(meter: UsageMeter, clock: Clock): ProductHandler {
  return async ({ query }) => {
    try {
      return await answer(meter, readUsageRequest(query, dayOf(clock.nowMs())));
    } catch (error) {
      if (!(error instanceof BadUsageRequest)) throw error;
      return { ...json({ message: error.message }), status: 400 };
    }
  };
}

async function answer(meter: UsageMeter, request: UsageRequest): Promise<HttpAnswer> {
  const limit = USAGE_LIMITS.answerLinesMax;
  const lines = await meter.list({ ...request, limit: limit + 1 });
  if (lines.length > limit) {
    throw new BadUsageRequest(`That is more than ${limit} lines; ask for fewer days or for one function.`);
  }
  const priced = priceUsage(lines);
  if (request.format === "csv") return csvAnswer(priced.lines, request);
  return json({
    currency: PRICES.currency,
    prices: PRICES_SHOWN,
    from: request.fromDay,
    to: request.toDay,
    days: priced.lines.map(dayLine),
    months: priced.months.map((month) => ({ ...month, gbSeconds: rounded(month.gbSeconds) })),
    total: totalOf(priced.months, priced.lines),
  });
}

/** JSON has no infinity: the last tier has no end. */
const PRICES_SHOWN = JSON.parse(JSON.stringify(PRICES)) as object;

function dayLine({ line, cost }: PricedLine): object {
  return {
    day: line.day,
    accountId: line.accountId,
    region: line.region,
    functionName: line.functionName,
    version: line.version,
    architecture: line.architecture,
    invocations: line.invocations,
    requests: line.requests,
    billedMs: line.billedMs,
    initMs: line.initMs,
    ...measuresOf(line),
    cost,
  };
}

function measuresOf(line: PricedLine["line"]) {
  return {
    gbSeconds: rounded(gbSecondsOf(line)),
    provisionedConcurrencyGbSeconds: rounded(line.provisionMibMs / 1_024_000),
    ephemeralStorageGbSeconds: rounded(line.storageMibMs / 1_024_000),
    streamedGb: rounded(line.streamedBytes / 1024 ** 3),
    restoredGb: rounded(line.restoredMib / 1024),
  };
}

function totalOf(months: readonly MonthCost[], lines: readonly PricedLine[]): object {
  const add = (value: (month: MonthCost) => number): number =>
    rounded(months.reduce((sum, month) => sum + value(month), 0));
  return {
    invocations: lines.reduce((sum, { line }) => sum + line.invocations, 0),
    requests: add(({ requests }) => requests),
    gbSeconds: add(({ gbSeconds }) => gbSeconds),
    cost: sumOfCosts(months.map(({ cost }) => cost)),
    freeTier: {
      requests: add(({ freeTier }) => freeTier.requests),
      gbSeconds: add(({ freeTier }) => freeTier.gbSeconds),
      streamedGb: add(({ freeTier }) => freeTier.streamedGb),
      saved: add(({ freeTier }) => freeTier.saved),
      ofEachMonth: PRICES.freeTier,
    },
    costAfterFreeTier: add(({ costAfterFreeTier }) => costAfterFreeTier),
  };
}

const HEADINGS = [
  ...["day", "account", "region", "function", "version", "architecture", "invocations", "requests"],
  ...["billed_ms", "init_ms", "gb_seconds", "provisioned_concurrency_gb_seconds"],
  ...["ephemeral_storage_gb_seconds", "streamed_gb", "restored_gb", "cost_requests_usd", "cost_compute_usd"],
  ...["cost_provisioned_concurrency_usd", "cost_ephemeral_storage_usd", "cost_streaming_usd"],
  ...["cost_snapstart_usd", "cost_total_usd"],
];

function csvAnswer(priced: readonly PricedLine[], { fromDay, toDay }: UsageRequest): HttpAnswer {
  const rows = priced.map(({ line, cost }) => [
    ...[line.day, line.accountId, line.region, line.functionName, line.version, line.architecture],
    ...[line.invocations, line.requests, line.billedMs, line.initMs],
    ...Object.values(measuresOf(line)),
    ...[cost.requests, cost.compute, cost.provisionedConcurrency],
    ...[cost.ephemeralStorage, cost.streaming, cost.snapStart, cost.total],
  ]);
  return {
    status: 200,
    headers: {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="lambkin-usage-${fromDay}-${toDay}.csv"`,
    },
    body: csv([HEADINGS, ...rows]),
  };
}
