/** The contract of what keeps functions. Every write is durable when its promise resolves. */
import type {
  FunctionAlias,
  FunctionShared,
  FunctionVersion,
  QualifierSettingKind,
  QualifierSettings,
  Scope,
} from "../model/mod.ts";

export interface FunctionRecord {
  readonly shared: FunctionShared;
  readonly latest: FunctionVersion;
}

export interface ScopedFunction {
  readonly scope: Scope;
  readonly record: FunctionRecord;
}

/** Sums over the functions of a scope. */
export interface ScopeUsage {
  readonly functions: number;
  /** Of all versions and layers. */
  readonly codeBytes: number;
  readonly reservedConcurrency: number;
  /** Provisioned concurrency of functions without a reservation. */
  readonly unreservedProvisioned: number;
}

/** A setting with the function and qualifier it is set on. */
export interface LocatedSetting<K extends QualifierSettingKind> {
  readonly scope: Scope;
  readonly functionName: string;
  readonly qualifier: string;
  readonly setting: QualifierSettings[K];
}

export interface FunctionStore {
  find(scope: Scope, name: string): Promise<FunctionRecord | undefined>;
  /** Names ascending, strictly after `afterName`. */
  list(scope: Scope, afterName: string | undefined, limit: number): Promise<FunctionRecord[]>;
  /** Every function of every scope, for what must be rebuilt at start. */
  listAll(): AsyncIterable<ScopedFunction>;
  /** False when a function of that name exists. */
  create(scope: Scope, record: FunctionRecord): Promise<boolean>;
  /**
   * Replaces the `$LATEST` record if its revision id is still `expectedRevisionId`; false when it is not
   * (somebody else wrote first, or the function is gone).
   */
  replaceLatest(scope: Scope, latest: FunctionVersion, expectedRevisionId: string): Promise<boolean>;
  /** Reads and writes in one step; false when the function is gone. */
  updateShared(
    scope: Scope,
    name: string,
    change: (shared: FunctionShared) => FunctionShared,
  ): Promise<boolean>;
  /** With all its versions and aliases. */
  delete(scope: Scope, name: string): Promise<boolean>;

  /** A published version. */
  findVersion(scope: Scope, name: string, version: string): Promise<FunctionVersion | undefined>;
  /** Published versions by number, ascending, strictly after `afterNumber`. */
  listVersions(scope: Scope, name: string, afterNumber: number, limit: number): Promise<FunctionVersion[]>;
  /**
   * Adds `version` and notes its number in the function's shared record, in one step, if `$LATEST` is still at
   * `latestRevisionId`; false when it is not.
   */
  publish(scope: Scope, version: FunctionVersion, latestRevisionId: string): Promise<boolean>;
  /** Of a published version: writes its state, if its revision id is still the same; false when it is not, or the version is gone. */
  settleVersion(scope: Scope, version: FunctionVersion): Promise<boolean>;
  /** Published versions of every scope that are Pending, for what must be done again at start. */
  listPending(): Promise<{ readonly scope: Scope; readonly version: FunctionVersion }[]>;
  /** False when it was not there. */
  deleteVersion(scope: Scope, name: string, version: string): Promise<boolean>;

  findAlias(scope: Scope, functionName: string, alias: string): Promise<FunctionAlias | undefined>;
  /** Names ascending, strictly after `afterName`; only those that lead to `version`, where one is given. */
  listAliases(
    scope: Scope,
    functionName: string,
    query: {
      readonly version?: string | undefined;
      readonly afterName?: string | undefined;
      readonly limit: number;
    },
  ): Promise<FunctionAlias[]>;
  /** False when an alias of that name exists. */
  createAlias(scope: Scope, alias: FunctionAlias): Promise<boolean>;
  /** False when its revision is no longer `expectedRevisionId`, or it is gone. */
  replaceAlias(scope: Scope, alias: FunctionAlias, expectedRevisionId: string): Promise<boolean>;
  deleteAlias(scope: Scope, functionName: string, alias: string): Promise<boolean>;

  /** `qualifier` is `$LATEST` for the function itself. */
  findSetting<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
    qualifier: string,
  ): Promise<QualifierSettings[K] | undefined>;
  writeSetting<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
    qualifier: string,
    setting: QualifierSettings[K],
  ): Promise<void>;
  /** All of one kind, by qualifier, ascending. */
  listSettings<K extends QualifierSettingKind>(
    scope: Scope,
    functionName: string,
    kind: K,
  ): Promise<{ qualifier: string; setting: QualifierSettings[K] }[]>;
  /** All of one kind in every scope, for what must be rebuilt at start. */
  listAllSettings<K extends QualifierSettingKind>(kind: K): AsyncIterable<LocatedSetting<K>>;
  /** Which function and qualifier a URL belongs to. */
  findUrl(urlId: string): Promise<LocatedSetting<"url"> | undefined>;
  /** False when it was not there. */
  deleteSetting(
    scope: Scope,
    functionName: string,
    kind: QualifierSettingKind,
    qualifier: string,
  ): Promise<boolean>;

  usage(scope: Scope): Promise<ScopeUsage>;
  /** The code SHA-256s (base64) that some function, version or layer of any scope still needs. */
  codeInUse(): Promise<Set<string>>;
}
