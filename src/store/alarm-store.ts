/** The contract of what keeps alarms and what happened to them. */
import type { Scope } from "../model/mod.ts";

export type AlarmStateValue = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface AlarmState {
  readonly value: AlarmStateValue;
  readonly reason: string;
  /** JSON, where the reason has data. */
  readonly reasonData: string | undefined;
  /** Epoch milliseconds: of the last update of the state, and of the last change of its value. */
  readonly updatedAtMs: number;
  readonly changedAtMs: number;
}

/** `Configuration` is the service's own matter; it must survive JSON. */
export interface AlarmRecord<Configuration = unknown> {
  readonly name: string;
  readonly configuration: Configuration;
  readonly configuredAtMs: number;
  readonly areActionsEnabled: boolean;
  readonly state: AlarmState;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AlarmHistoryItem {
  readonly name: string;
  readonly timeMs: number;
  readonly kind: "ConfigurationUpdate" | "StateUpdate" | "Action";
  readonly summary: string;
  /** JSON. */
  readonly data: string;
}

export interface AlarmHistoryQuery {
  readonly name?: string | undefined;
  readonly kind?: string | undefined;
  /** Epoch milliseconds: inclusive, exclusive. */
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
  readonly descending: boolean;
  readonly skip: number;
  readonly limit: number;
}

export interface AlarmStore<Configuration = unknown> {
  find(scope: Scope, name: string): Promise<AlarmRecord<Configuration> | undefined>;
  /** Reads, changes and writes in one step; `change` gets undefined where there is none, and answers undefined to leave it so. */
  update(
    scope: Scope,
    name: string,
    change: (alarm: AlarmRecord<Configuration> | undefined) => AlarmRecord<Configuration> | undefined,
  ): Promise<AlarmRecord<Configuration> | undefined>;
  /** By name. */
  list(scope: Scope): Promise<AlarmRecord<Configuration>[]>;
  listAll(): Promise<{ readonly scope: Scope; readonly alarm: AlarmRecord<Configuration> }[]>;
  /** Those that are not there are passed over. Their history stays, as on AWS. */
  remove(scope: Scope, names: readonly string[]): Promise<void>;
  /** Removes what is too old or too much, too. */
  addHistory(scope: Scope, item: AlarmHistoryItem): Promise<void>;
  history(scope: Scope, query: AlarmHistoryQuery): Promise<AlarmHistoryItem[]>;
}
