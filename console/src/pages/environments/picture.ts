/**
 * From snapshots to a moving picture: which cells are there, which are just leaving, what was refused a moment ago. Pure;
 * a cell that looks as before stays the same object, so that a thousand of them cost nothing to draw again.
 */
import type { EnvironmentView, FunctionView, Place, Snapshot } from "./snapshot.ts";

/** How long a cell that has ended is still seen going, and a refusal counts as just now. */
export const LEAVING_MS = 700;
export const RECENT_MS = 10_000;
/** How much of the past the small chart shows. */
export const HISTORY_MS = 60_000;

export interface Cell {
  readonly environment: EnvironmentView;
  /** Set when it has ended: epoch milliseconds. */
  readonly leftAtMs: number | undefined;
}

export interface VersionPicture {
  readonly version: string;
  readonly cells: readonly Cell[];
}

export interface FunctionPicture {
  readonly key: string;
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly versions: readonly VersionPicture[];
  readonly inFlight: number;
  /** The limit that its calls meet; undefined where only the account's counts. */
  readonly reserved: number | undefined;
  /** Calls that were refused: since the server started, and of late. */
  readonly throttles: number;
  readonly refusals: readonly Refusals[];
  /** Environments that live. */
  readonly living: number;
}

interface Refusals {
  readonly atMs: number;
  readonly count: number;
}

export interface Moment {
  readonly atMs: number;
  readonly inFlight: number;
  readonly refused: number;
}

export interface Picture {
  readonly functions: readonly FunctionPicture[];
  readonly history: readonly Moment[];
  readonly totals: Totals;
}

export interface Totals {
  readonly environments: number;
  readonly byState: Readonly<Record<EnvironmentView["state"], number>>;
  readonly inFlight: number;
  readonly accountLimit: number;
  readonly throttles: number;
}

const NONE = { stopped: 0, initializing: 0, idle: 0, frozen: 0, busy: 0 } as const;

export const EMPTY_PICTURE: Picture = {
  functions: [],
  history: [],
  totals: { environments: 0, byState: NONE, inFlight: 0, accountLimit: 0, throttles: 0 },
};

/** The picture after `previous`. Another `place` than before begins with an empty one. */
export function nextPicture(previous: Picture, snapshot: Snapshot, place: Place, nowMs: number): Picture {
  const isHere = (one: Place): boolean => one.accountId === place.accountId && one.region === place.region;
  const environments = snapshot.environments.filter(isHere);
  const counts = snapshot.functions.filter(isHere);
  const isFirst = previous.history.length === 0;

  const before = new Map(previous.functions.map((each) => [each.key, each]));
  const living = groupBy(environments, (each) => each.functionName);
  const counted = new Map(counts.map((each) => [each.functionName, each]));
  const names = new Set([
    ...living.keys(),
    ...counted.keys(),
    ...previous.functions.map((each) => each.functionName),
  ]);
  const functions = [...names].sort().flatMap((functionName) => {
    const key = `${place.accountId}/${place.region}/${functionName}`;
    const known = before.get(key);
    const count = counted.get(functionName);
    const picture: FunctionPicture = {
      key,
      accountId: place.accountId,
      region: place.region,
      functionName,
      versions: versionsOf(known?.versions ?? [], living.get(functionName) ?? [], nowMs),
      inFlight: count?.inFlight ?? 0,
      reserved: count?.reserved,
      throttles: count?.throttles ?? 0,
      refusals: refusalsOf(known, count, isFirst, nowMs),
      living: living.get(functionName)?.length ?? 0,
    };
    if (!isWorthShowing(picture)) return [];
    return [known !== undefined && isSamePicture(known, picture) ? known : picture];
  });

  const byState: Record<EnvironmentView["state"], number> = { ...NONE };
  for (const each of environments) byState[each.state]++;
  const totals: Totals = {
    environments: environments.length,
    byState,
    inFlight: sum(counts.map((each) => each.inFlight)),
    accountLimit: snapshot.accountLimit,
    throttles: sum(counts.map((each) => each.throttles)),
  };
  const refused = Math.max(0, isFirst ? 0 : totals.throttles - previous.totals.throttles);
  const moment = { atMs: nowMs, inFlight: totals.inFlight, refused };
  const history = [...previous.history.filter((each) => each.atMs > nowMs - HISTORY_MS), moment];
  return { functions, history, totals };
}

/** Calls of this function refused within the last moments. */
export function refusedOfLate(picture: FunctionPicture): number {
  return sum(picture.refusals.map((each) => each.count));
}

/** Places that a call would find without any other having to end; undefined where no limit is set. */
export function emptySlots({ reserved, living }: FunctionPicture): number | undefined {
  return reserved === undefined ? undefined : Math.max(0, reserved - living);
}

/** How it came to be: AWS's words for them are those of REPORT lines and of `AWS_LAMBDA_INITIALIZATION_TYPE`. */
export function originOf(environment: EnvironmentView): "provisioned" | "restored" | "warm" | "cold" {
  if (environment.initializationType === "provisioned-concurrency") return "provisioned";
  if (environment.isRestored) return "restored";
  return environment.invocations > 1 ? "warm" : "cold";
}

/** Between 0 and 1. */
export function memoryShare({ peakMemoryBytes, memoryMib }: EnvironmentView): number {
  return Math.min(1, peakMemoryBytes / (memoryMib * 1024 * 1024));
}

function versionsOf(
  before: readonly VersionPicture[],
  living: readonly EnvironmentView[],
  nowMs: number,
): VersionPicture[] {
  const now = groupBy(living, (each) => each.version);
  const known = new Map(before.map((each) => [each.version, each]));
  return [...new Set([...known.keys(), ...now.keys()])].sort(newestFirst).flatMap((version) => {
    const previous = known.get(version);
    const cells = cellsOf(previous?.cells ?? [], now.get(version) ?? [], nowMs);
    if (cells.length === 0) return [];
    const isSame =
      previous?.cells.length === cells.length && cells.every((cell, at) => cell === previous.cells[at]);
    return [isSame && previous !== undefined ? previous : { version, cells }];
  });
}

function cellsOf(before: readonly Cell[], living: readonly EnvironmentView[], nowMs: number): Cell[] {
  const known = new Map(before.map((cell) => [cell.environment.id, cell]));
  const cells = living.map((environment): Cell => {
    const cell = known.get(environment.id);
    known.delete(environment.id);
    const isSame =
      cell !== undefined && cell.leftAtMs === undefined && looksLike(cell.environment, environment);
    return isSame ? cell : { environment, leftAtMs: undefined };
  });
  for (const cell of known.values()) {
    if (cell.leftAtMs === undefined) cells.push({ ...cell, leftAtMs: nowMs });
    else if (isLeaving(cell, nowMs)) cells.push(cell);
  }
  return cells.sort(oldestFirst);
}

function looksLike(one: EnvironmentView, other: EnvironmentView): boolean {
  return (
    one.state === other.state &&
    one.stateSinceMs === other.stateSinceMs &&
    one.invocations === other.invocations &&
    one.peakMemoryBytes === other.peakMemoryBytes &&
    one.requestId === other.requestId &&
    one.isRestored === other.isRestored
  );
}

function refusalsOf(
  known: FunctionPicture | undefined,
  count: FunctionView | undefined,
  isFirst: boolean,
  nowMs: number,
): readonly Refusals[] {
  const recent = (known?.refusals ?? []).filter((each) => each.atMs > nowMs - RECENT_MS);
  // What was counted before anybody looked was not just now.
  const more = isFirst ? 0 : (count?.throttles ?? 0) - (known?.throttles ?? 0);
  return more > 0 ? [...recent, { atMs: nowMs, count: more }] : recent;
}

function isWorthShowing({ versions, inFlight, reserved, throttles }: FunctionPicture): boolean {
  return versions.length > 0 || inFlight > 0 || reserved !== undefined || throttles > 0;
}

function isSamePicture(one: FunctionPicture, other: FunctionPicture): boolean {
  return (
    one.inFlight === other.inFlight &&
    one.reserved === other.reserved &&
    one.throttles === other.throttles &&
    one.refusals.length === other.refusals.length &&
    one.living === other.living &&
    one.versions.length === other.versions.length &&
    one.versions.every((version, at) => version === other.versions[at])
  );
}

function isLeaving({ leftAtMs }: Cell, nowMs: number): boolean {
  return leftAtMs !== undefined && nowMs - leftAtMs < LEAVING_MS;
}

function oldestFirst({ environment: one }: Cell, { environment: other }: Cell): number {
  return one.createdAtMs - other.createdAtMs || (one.id < other.id ? -1 : 1);
}

function newestFirst(one: string, other: string): number {
  const number = (version: string): number =>
    version === "$LATEST" ? Number.POSITIVE_INFINITY : Number(version);
  return one === other ? 0 : number(other) - number(one);
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
