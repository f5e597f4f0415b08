/** What the log store keeps of subscription filters and metric filters: their place, and settings it does not look into. */
import type { Scope } from "../model/mod.ts";

export type LogFilterKind = "subscription" | "metric";

export interface LogFilterRecord {
  readonly kind: LogFilterKind;
  readonly scope: Scope;
  readonly group: string;
  /** Once in its group and kind. */
  readonly name: string;
  readonly createdAtMs: number;
  readonly pattern: string;
  /** What else there is, as JSON can hold it. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface LogFilterQuery {
  readonly kind?: LogFilterKind | undefined;
  readonly group?: string | undefined;
}

/** Filters go with their group. */
export interface LogFilterStore {
  /** Takes the place of one with the same name. False when the group is not there. */
  putFilter(filter: LogFilterRecord): Promise<boolean>;
  /** False when it is not there. */
  deleteFilter(scope: Scope, group: string, kind: LogFilterKind, name: string): Promise<boolean>;
  /** By group, then by name. Without a scope those of all accounts and regions. */
  listFilters(scope: Scope | undefined, query: LogFilterQuery): Promise<LogFilterRecord[]>;
}
