/** What of a query's rows a bar chart draws: numbers by time, when the query groups by `bin()`. Pure. */
import type { Row } from "./query.ts";

export interface Chart {
  /** Every step of time from the first to the last, as the rows write it. */
  readonly times: readonly string[];
  readonly series: readonly Series[];
  /** There were more series than a chart can tell apart. */
  readonly leftOut: number;
}

export interface Series {
  readonly title: string;
  readonly points: readonly { readonly x: string; readonly y: number }[];
}

const SERIES_MAX = 8;
const STEPS_MAX = 500;
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Undefined when there is nothing to draw by time. */
export function chartOf(query: string, rows: readonly Row[]): Chart | undefined {
  const groups = groupsOf(query);
  const bin = groups.find(({ text }) => /^bin\s*\(/i.test(text));
  if (bin === undefined || rows.length === 0) return undefined;
  const timeField = fieldOf(bin, rows);
  if (timeField === undefined) return undefined;
  const others = groups.filter((group) => group !== bin).flatMap((group) => fieldOf(group, rows) ?? []);
  const numbers = numericFields(rows, new Set([timeField, ...others]));
  if (numbers.length === 0) return undefined;
  const times = stepsOf(
    rows.map((row) => row[timeField] ?? "").filter((time) => time !== ""),
    bin.text,
  );
  const all = [...Map.groupBy(rows, (row) => others.map((field) => row[field] ?? "–").join(", "))].flatMap(
    ([group, own]) =>
      numbers.map(
        (field): Series => ({
          title: others.length === 0 ? field : numbers.length === 1 ? group : `${group}: ${field}`,
          points: own.flatMap((row) =>
            row[field] === undefined || row[field] === ""
              ? []
              : [{ x: row[timeField] ?? "", y: Number(row[field]) }],
          ),
        }),
      ),
  );
  return { times, series: all.slice(0, SERIES_MAX), leftOut: Math.max(0, all.length - SERIES_MAX) };
}

interface Group {
  readonly text: string;
  readonly alias: string | undefined;
}

/** What stands after the last `by` of the last `stats`. */
function groupsOf(query: string): readonly Group[] {
  const stats = query
    .split("|")
    .map((part) => part.trim())
    .findLast((part) => /^stats\b/i.test(part));
  const by = stats === undefined ? undefined : /\bby\b((?:(?!\bby\b)[\s\S])*)$/i.exec(stats)?.[1];
  if (by === undefined) return [];
  return splitOutsideBrackets(by).map((part) => {
    const alias = /^([\s\S]*?)\s+as\s+`?([^\s`]+)`?$/i.exec(part);
    return { text: (alias?.[1] ?? part).trim(), alias: alias?.[2] };
  });
}

function splitOutsideBrackets(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const char of text) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
    } else part += char;
  }
  return [...parts, part.trim()].filter((each) => each !== "");
}

/** A field may be written back with other blanks than the query has. */
function fieldOf({ text, alias }: Group, rows: readonly Row[]): string | undefined {
  const plain = (name: string): string => name.replace(/[\s`]/g, "");
  const wanted = plain(alias ?? text);
  for (const row of rows) {
    const found = Object.keys(row).find((field) => plain(field) === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}

function numericFields(rows: readonly Row[], groups: ReadonlySet<string>): string[] {
  const fields = new Set(rows.flatMap((row) => Object.keys(row)));
  return [...fields].filter((field) => {
    if (groups.has(field)) return false;
    const values = rows.map((row) => row[field]).filter((value) => value !== undefined && value !== "");
    return values.length > 0 && values.every((value) => Number.isFinite(Number(value)));
  });
}

/** A time without rows is a gap one should see. Steps of months and longer differ in length: those are left as they are. */
function stepsOf(times: readonly string[], bin: string): string[] {
  const known = [...new Set(times)].sort();
  const [, amount = "", unit = ""] = /\(\s*(\d+)\s*(ms|s|m|h|d|w)\s*\)/i.exec(bin) ?? [];
  const stepMs = Number(amount) * (UNIT_MS[unit.toLowerCase()] ?? 0);
  const [first, last] = [known[0], known.at(-1)].map((time) => Date.parse(`${time?.replace(" ", "T")}Z`));
  if (first === undefined || last === undefined || !(stepMs > 0)) return known;
  if (Number.isNaN(first + last) || (last - first) / stepMs > STEPS_MAX) return known;
  const steps = new Set(known);
  for (let at = first; at <= last; at += stepMs) {
    steps.add(new Date(at).toISOString().replace("T", " ").replace("Z", ""));
  }
  return [...steps].sort();
}
