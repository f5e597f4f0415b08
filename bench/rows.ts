/** The rows of the main table: what was measured, in how many runs, beside a floor of the same run. */
import { type Spread, spread } from "./statistics.ts";
import { isMet, targetOf, targetText } from "./targets.ts";

export interface Row {
  readonly what: string;
  /** What differs from run to run of the bench. */
  readonly note?: string;
  readonly unit: Unit;
  readonly measured: Spread;
  /** The least that anybody can do here, where the bench has such a measure: a name and its figure. */
  readonly floor?: Floor;
}

export type Unit = "ms" | "µs" | "MiB" | "calls/s" | "messages/s";

export interface Floor {
  readonly of: string;
  readonly measured: Spread;
}

/** One number a run. */
export function row(
  what: string,
  unit: Unit,
  runs: readonly number[],
  floor?: { readonly of: string; readonly runs: readonly number[] },
): Row {
  return {
    what,
    unit,
    measured: spread(runs),
    ...(floor !== undefined && { floor: { of: floor.of, measured: spread(floor.runs) } }),
  };
}

export function rowTable(rows: readonly Row[]): string[] {
  return [
    "| what | unit | target | median (min–max) | runs | floor, same run | of the floor | kept |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((each) => {
      const { what, note, unit, measured, floor } = each;
      const target = targetOf(what);
      const met = target && isMet(target, each);
      const name = note === undefined ? what : `${what} (${note})`;
      const beside = floor === undefined ? "–" : `${shown(floor.measured)} ${floor.of}`;
      const share = floor === undefined ? "–" : ratio(measured, floor.measured, unit);
      const cells = [name, unit, target === undefined ? "–" : targetText(target), shown(measured)];
      const kept = met === undefined ? "–" : met ? "yes" : "**no**";
      return `| ${[...cells, measured.runs, beside, share, kept].join(" | ")} |`;
    }),
  ];
}

function shown({ median, min, max }: Spread): string {
  const digits = median >= 100 ? 0 : 2;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

/** Rates as a share of the floor's, times and bytes as a multiple of it. */
function ratio(measured: Spread, floor: Spread, unit: Unit): string {
  const value = measured.median / floor.median;
  return unit.endsWith("/s") ? `${(value * 100).toFixed(0)} %` : `${value.toFixed(1)}×`;
}
