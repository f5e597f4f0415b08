/**
 * What use would have cost on AWS. Tiers and the free tier are of one calendar month (UTC): tiers of each account, region and
 * architecture, the free tier of each account. Source: "AWS Lambda Pricing" page.
 */
import type { UsageCounts, UsageLine } from "../../store/mod.ts";
import { computePrices, PRICES, type Tier } from "./prices.ts";

/** US dollars. */
export interface Cost {
  readonly requests: number;
  /** GB-seconds of invocations and inits. */
  readonly compute: number;
  /** Environments that were provisioned, used or not. */
  readonly provisionedConcurrency: number;
  readonly ephemeralStorage: number;
  readonly streaming: number;
  readonly snapStart: number;
  readonly total: number;
}

type Parts = Omit<Cost, "total">;

export interface MonthCost {
  /** `2026-11` */
  readonly month: string;
  readonly accountId: string;
  readonly requests: number;
  readonly gbSeconds: number;
  readonly cost: Cost;
  readonly freeTier: FreeTierUse;
  readonly costAfterFreeTier: number;
}

/** Units that were free, and what they would have cost. */
export interface FreeTierUse {
  readonly requests: number;
  readonly gbSeconds: number;
  readonly streamedGb: number;
  readonly saved: number;
}

export interface PricedLine {
  readonly line: UsageLine;
  /** Its share of the month's cost, before the free tier. */
  readonly cost: Cost;
}

const MIB_MS_OF_GB_SECOND = 1024 * 1000;
const BYTES_OF_GB = 1024 ** 3;
/** Prices have ten decimals; more in a sum is only the noise of floating point. */
const DECIMALS = 10;

/** All GB-seconds of invocations and inits. */
export function gbSecondsOf({ onDemandMibMs, provisionedMibMs }: UsageCounts): number {
  return (onDemandMibMs + provisionedMibMs) / MIB_MS_OF_GB_SECOND;
}

/** What so many units of a month cost in tiers. */
export function tieredCost(units: number, tiers: readonly Tier[]): number {
  let left = units;
  let cost = 0;
  for (const tier of tiers) {
    const here = Math.min(left, tier.units);
    cost += here * tier.price;
    left -= here;
    if (left <= 0) break;
  }
  return cost;
}

/** `lines` in any order; the months come in order. The priced lines are in the order given. */
export function priceUsage(lines: readonly UsageLine[]): {
  readonly lines: readonly PricedLine[];
  readonly months: readonly MonthCost[];
} {
  const rates = onDemandRates(lines);
  const split = lines.map((line) => ({ line, parts: partsOf(line, rates.get(tierKey(line)) ?? 0) }));
  const byMonth = Map.groupBy(split, ({ line }) => `${monthOf(line)} ${line.accountId}`);
  const months = [...byMonth.keys()].sort().map((key) => monthCost(byMonth.get(key) ?? []));
  return { lines: split.map(({ line, parts }) => ({ line, cost: withTotal(parts) })), months };
}

export function sumOfCosts(costs: Iterable<Parts>): Cost {
  return withTotal(sumOfParts(costs));
}

export function rounded(dollars: number): number {
  return Number(dollars.toFixed(DECIMALS));
}

const NOTHING: { -readonly [Name in keyof Parts]: number } = {
  requests: 0,
  compute: 0,
  provisionedConcurrency: 0,
  ephemeralStorage: 0,
  streaming: 0,
  snapStart: 0,
};
const PARTS = Object.keys(NOTHING) as (keyof Parts)[];

function sumOfParts(all: Iterable<Parts>): Parts {
  const sum = { ...NOTHING };
  for (const parts of all) for (const name of PARTS) sum[name] += parts[name];
  return sum;
}

function totalOf(parts: Parts): number {
  return sum(PARTS, (name) => parts[name]);
}

function withTotal(parts: Parts): Cost {
  const whole = { ...NOTHING };
  for (const name of PARTS) whole[name] = rounded(parts[name]);
  return { ...whole, total: rounded(totalOf(parts)) };
}

/** Dollars for a GB-second on demand, by month, account, region and architecture: what all of it costs, divided. */
function onDemandRates(lines: readonly UsageLine[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (const [key, group] of Map.groupBy(lines, tierKey)) {
    const units = sum(group, ({ onDemandMibMs }) => onDemandMibMs) / MIB_MS_OF_GB_SECOND;
    const { onDemand } = computePrices(group[0]?.architecture ?? "x86_64");
    rates.set(key, units === 0 ? (onDemand[0]?.price ?? 0) : tieredCost(units, onDemand) / units);
  }
  return rates;
}

function tierKey(line: UsageLine): string {
  return `${monthOf(line)} ${line.accountId} ${line.region} ${line.architecture}`;
}

function monthOf({ day }: UsageLine): string {
  return day.slice(0, 7);
}

/** Not rounded: what is added up is rounded once, at its end. */
function partsOf(line: UsageLine, onDemandRate: number): Parts {
  const prices = computePrices(line.architecture);
  const onDemand = (line.onDemandMibMs / MIB_MS_OF_GB_SECOND) * onDemandRate;
  const provisioned = (line.provisionedMibMs / MIB_MS_OF_GB_SECOND) * prices.provisioned;
  return {
    requests: line.requests * PRICES.request,
    compute: onDemand + provisioned,
    provisionedConcurrency: (line.provisionMibMs / MIB_MS_OF_GB_SECOND) * prices.provision,
    ephemeralStorage: (line.storageMibMs / MIB_MS_OF_GB_SECOND) * PRICES.storage,
    streaming: (line.streamedBytes / BYTES_OF_GB) * PRICES.streamedGb,
    snapStart: (line.restoredMib / 1024) * PRICES.restoredGb,
  };
}

function monthCost(split: readonly { readonly line: UsageLine; readonly parts: Parts }[]): MonthCost {
  const lines = split.map(({ line }) => line);
  const parts = sumOfParts(split.map((each) => each.parts));
  const { saved, ...free } = freeTierUse(lines);
  return {
    month: lines[0] === undefined ? "" : monthOf(lines[0]),
    accountId: lines[0]?.accountId ?? "",
    requests: sum(lines, ({ requests }) => requests),
    gbSeconds: sum(lines, gbSecondsOf),
    cost: withTotal(parts),
    freeTier: { ...free, saved: rounded(saved) },
    // The same sum in another order may be less by the noise of floating point.
    costAfterFreeTier: rounded(Math.max(0, totalOf(parts) - saved)),
  };
}

/**
 * Free GB-seconds are the first of the month, shared by groups with tiers of their own in proportion to what each used
 * (assumed: AWS does not say which go first; only who uses both architectures or several regions could tell).
 */
function freeTierUse(lines: readonly UsageLine[]): FreeTierUse {
  const { freeTier } = PRICES;
  const requests = Math.min(
    freeTier.requests,
    sum(lines, (line) => line.requests),
  );
  const used = sum(lines, ({ onDemandMibMs }) => onDemandMibMs) / MIB_MS_OF_GB_SECOND;
  const gbSeconds = Math.min(freeTier.gbSeconds, used);
  const streamed = sum(lines, ({ streamedBytes }) => streamedBytes) / BYTES_OF_GB;
  const streamedGb = Math.min(freeTier.streamedGb, streamed);
  let saved = requests * PRICES.request + streamedGb * PRICES.streamedGb;
  for (const group of Map.groupBy(lines, tierKey).values()) {
    const { onDemand } = computePrices(group[0]?.architecture ?? "x86_64");
    const mine = sum(group, ({ onDemandMibMs }) => onDemandMibMs) / MIB_MS_OF_GB_SECOND;
    const free = used === 0 ? 0 : (mine / used) * gbSeconds;
    // Free ones are not in any tier: what is left starts in the first.
    saved += tieredCost(mine, onDemand) - tieredCost(mine - free, onDemand);
  }
  return { requests, gbSeconds, streamedGb, saved };
}

function sum<T>(all: readonly T[], value: (each: T) => number): number {
  return all.reduce((total, each) => total + value(each), 0);
}
