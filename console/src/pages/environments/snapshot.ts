/** What `GET /_lambkin/environments` says, and each event of its stream. Times are epoch milliseconds. */

export type EnvironmentState = "stopped" | "initializing" | "idle" | "frozen" | "busy";

export interface EnvironmentView {
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly version: string;
  readonly state: EnvironmentState;
  readonly initializationType: string;
  readonly isRestored: boolean;
  readonly createdAtMs: number;
  readonly stateSinceMs: number;
  readonly invocations: number;
  /** Of the invocation it runs. */
  readonly requestId?: string;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
  readonly logGroup: string;
  readonly logStream: string;
}

export interface FunctionView {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly inFlight: number;
  readonly reserved?: number;
  /** Since the server started. */
  readonly throttles: number;
}

export interface Snapshot {
  readonly environments: readonly EnvironmentView[];
  readonly functions: readonly FunctionView[];
  readonly accountLimit: number;
}

/** Whose environments are looked at. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}
