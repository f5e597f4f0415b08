/** What the bench's rows are promised to stay within. docs/SPECIFICATION.md quotes them; `npm run check` compares. */
import type { Row, Unit } from "./rows.ts";

export interface Target {
  /** The row's name. */
  readonly what: string;
  readonly unit: Unit;
  readonly bound: Bound;
}

type Bound =
  /** Of the median, in the row's unit. */
  | { readonly kind: "max"; readonly value: number }
  | { readonly kind: "min"; readonly value: number }
  /** Of the median beside its floor's. */
  | { readonly kind: "shareMin"; readonly value: number }
  | { readonly kind: "timesMax"; readonly value: number };

const max = (value: number): Bound => ({ kind: "max", value });

export const TARGETS: readonly Target[] = [
  { what: "Server: start to the ready line", unit: "ms", bound: max(1000) },
  { what: "Server: resident, idle", unit: "MiB", bound: max(100) },
  {
    what: "Python: warm call beside idle environments, p50",
    unit: "ms",
    bound: { kind: "timesMax", value: 1.1 },
  },
  { what: "Python: warm call, 1 client, p50", unit: "ms", bound: max(1) },
  { what: "Python: warm call, 1 client, p99", unit: "ms", bound: max(5) },
  {
    what: "Python: warm throughput, 32 connections",
    unit: "calls/s",
    bound: { kind: "shareMin", value: 0.15 },
  },
  { what: "Node.js: warm call, 1 client, p50", unit: "ms", bound: max(1) },
  { what: "Node.js: warm call, 1 client, p99", unit: "ms", bound: max(5) },
  {
    what: "Node.js: warm throughput, 32 connections",
    unit: "calls/s",
    bound: { kind: "shareMin", value: 0.15 },
  },
  { what: "Custom runtime: warm call, 1 client, p50", unit: "ms", bound: max(1) },
  { what: "Custom runtime: warm call, 1 client, p99", unit: "ms", bound: max(5) },
  { what: "Python: cold start, p50", unit: "ms", bound: max(5) },
  { what: "Python: cold start, p99", unit: "ms", bound: max(50) },
  { what: "Node.js: cold start, p50", unit: "ms", bound: max(8) },
  { what: "Node.js: cold start, p99", unit: "ms", bound: max(50) },
  {
    what: "Node.js: cold start with the S3 client, compile cache kept, p50",
    unit: "ms",
    bound: { kind: "timesMax", value: 0.9 },
  },
  { what: "Python: cold start where none is parked, p50", unit: "ms", bound: max(50) },
  { what: "numpy and scipy: cold start from a snapshot, p50", unit: "ms", bound: max(20) },
  { what: "numpy and scipy: one further environment, PSS", unit: "MiB", bound: max(10) },
  {
    what: "Accepted events, 64 connections",
    unit: "calls/s",
    bound: { kind: "min", value: 5000 },
  },
  { what: "Python: from a save to the new code's answer, slowest of 10", unit: "ms", bound: max(200) },
  { what: "Node.js: from a save to the new code's answer, slowest of 10", unit: "ms", bound: max(200) },
  { what: "Python: first burst, 0 to 100 environments busy", unit: "ms", bound: max(2000) },
  { what: "Python: next burst, 0 to 100 environments busy", unit: "ms", bound: max(2000) },
];

export function targetOf(what: string): Target | undefined {
  return TARGETS.find((target) => target.what === what);
}

export function targetText({ unit, bound }: Target): string {
  switch (bound.kind) {
    case "max":
      return `≤ ${bound.value.toLocaleString("en")} ${unit}`;
    case "min":
      return `≥ ${bound.value.toLocaleString("en")} ${unit}`;
    case "shareMin":
      return `≥ ${bound.value * 100} % of the floor`;
    case "timesMax":
      return `≤ ${bound.value}× the floor`;
    default:
      return bound satisfies never;
  }
}

/** Whether the median keeps it; undefined where there is no floor to compare with. */
export function isMet({ bound }: Target, { measured, floor }: Row): boolean | undefined {
  if (bound.kind === "max") return measured.median <= bound.value;
  if (bound.kind === "min") return measured.median >= bound.value;
  if (floor === undefined) return undefined;
  const share = measured.median / floor.measured.median;
  return bound.kind === "shareMin" ? share >= bound.value : share <= bound.value;
}
