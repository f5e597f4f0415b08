/** The picture of `lambkin top`: a line for each function, and one for each execution environment. */
import { cutLine } from "./cut-line.ts";
import { shortSpan } from "./duration.ts";
import { paint } from "./output.ts";
import type { EnvironmentRow, EnvironmentState, Environments, FunctionRow } from "./server-answers.ts";
import { type Column, table } from "./table.ts";

export interface PictureOptions {
  readonly nowMs: number;
  /** Undefined: as many lines, and as long ones, as there are. */
  readonly size: { readonly columns: number; readonly rows: number } | undefined;
  /** Functions of other regions show theirs. */
  readonly region: string;
}

interface FunctionLine extends FunctionRow {
  readonly environments: readonly EnvironmentRow[];
}

const STATES: Readonly<
  Record<
    EnvironmentState,
    { readonly mark: string; readonly style: "green" | "yellow" | "blue" | "cyan" | "dim" }
  >
> = {
  busy: { mark: "■", style: "green" },
  initializing: { mark: "◌", style: "yellow" },
  idle: { mark: "□", style: "cyan" },
  frozen: { mark: "▫", style: "blue" },
  stopped: { mark: "·", style: "dim" },
};

const ORDER = Object.keys(STATES);
const MIB = 1024 * 1024;

export function picture(now: Environments, options: PictureOptions): string[] {
  const functions = functionLines(now);
  const environments = [...now.environments].sort(
    (one, other) =>
      compare(one.functionName, other.functionName) ||
      ORDER.indexOf(one.state) - ORDER.indexOf(other.state) ||
      one.createdAtMs - other.createdAtMs,
  );
  const above = [summary(now), "", ...table(functionColumns(options), functions), ""];
  const below = table(environmentColumns(options), environments);
  if (options.size === undefined) return [...above, ...below];
  const { columns, rows } = options.size;
  // What the functions are at is the shorter story; it may take half of the screen.
  const lines = [...fitted(above, Math.max(rows - below.length, Math.floor(rows / 2))), ...below];
  return fitted(lines, rows).map((line) => cutLine(line, columns));
}

function summary({ environments, functions, accountLimit }: Environments): string {
  const counts = Object.entries(STATES).flatMap(([state, { mark, style }]) => {
    const count = environments.filter((each) => each.state === state).length;
    return count === 0 ? [] : [`${paint(style, mark)} ${count} ${state}`];
  });
  const inFlight = functions.reduce((sum, each) => sum + each.inFlight, 0);
  return [
    `${environments.length} environment${environments.length === 1 ? "" : "s"}`,
    ...counts,
    `in flight ${inFlight} of ${accountLimit}`,
  ].join("   ");
}

function functionLines({ functions, environments }: Environments): FunctionLine[] {
  const lines = new Map<string, FunctionLine>();
  for (const each of functions) lines.set(keyOf(each), { ...each, environments: [] });
  for (const each of environments) {
    const key = keyOf(each);
    const known = lines.get(key) ?? { ...each, inFlight: 0, throttles: 0, environments: [] };
    lines.set(key, { ...known, environments: [...known.environments, each] });
  }
  return [...lines.values()].sort((one, other) => compare(keyOf(one), keyOf(other)));
}

function functionColumns(options: PictureOptions): Column<FunctionLine>[] {
  return [
    { title: "FUNCTION", cell: (each) => nameOf(each, options) },
    { title: "IN FLIGHT", cell: ({ inFlight }) => String(inFlight), isRight: true },
    {
      title: "RESERVED",
      cell: ({ reserved }) => (reserved === undefined ? "-" : String(reserved)),
      isRight: true,
    },
    {
      title: "THROTTLES",
      cell: ({ throttles }) => (throttles === 0 ? "0" : paint("red", String(throttles))),
      isRight: true,
    },
    { title: "ENVIRONMENTS", cell: ({ environments }) => marksOf(environments) },
  ];
}

function marksOf(environments: readonly EnvironmentRow[]): string {
  const inOrder = [...environments].sort(
    (one, other) => ORDER.indexOf(one.state) - ORDER.indexOf(other.state),
  );
  return inOrder.map(({ state }) => paint(STATES[state].style, STATES[state].mark)).join("");
}

function environmentColumns(options: PictureOptions): Column<EnvironmentRow>[] {
  const { nowMs } = options;
  return [
    { title: "ENVIRONMENT", cell: ({ id }) => id.slice(0, 12) },
    { title: "FUNCTION", cell: (each) => nameOf(each, options) },
    { title: "VERSION", cell: ({ version }) => version },
    { title: "STATE", cell: ({ state }) => paint(STATES[state].style, `${STATES[state].mark} ${state}`) },
    { title: "FOR", cell: ({ stateSinceMs }) => shortSpan(nowMs - stateSinceMs), isRight: true },
    { title: "AGE", cell: ({ createdAtMs }) => shortSpan(nowMs - createdAtMs), isRight: true },
    { title: "CALLS", cell: ({ invocations }) => String(invocations), isRight: true },
    {
      title: "MEMORY",
      cell: ({ peakMemoryBytes, memoryMib }) => `${Math.ceil(peakMemoryBytes / MIB)}/${memoryMib} MB`,
      isRight: true,
    },
    {
      title: "START",
      cell: ({ initializationType, isRestored }) => (isRestored ? "restored" : initializationType),
    },
  ];
}

function nameOf(
  of: { readonly functionName: string; readonly region: string },
  options: PictureOptions,
): string {
  return of.region === options.region ? of.functionName : `${of.region}/${of.functionName}`;
}

function keyOf(of: {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
}): string {
  return `${of.functionName}/${of.region}/${of.accountId}`;
}

function fitted(lines: readonly string[], rows: number): string[] {
  if (lines.length <= rows) return [...lines];
  return [...lines.slice(0, rows - 1), paint("dim", `… ${lines.length - rows + 1} more`)];
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
