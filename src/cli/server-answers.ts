/** What `/_lambkin/*` answers, as far as the command line reads it. */

/** `GET /_lambkin/health` */
export interface Health {
  readonly status: string;
  readonly version: string;
  readonly isolation: string;
  readonly network: string;
  readonly weaknesses: readonly string[];
  readonly endpoint: string;
  readonly auth: string;
  readonly environments: Readonly<Record<string, number>>;
  readonly runtimes: Readonly<Record<string, RuntimeHealth>>;
}

export interface RuntimeHealth {
  readonly available: boolean;
  readonly program?: string;
  readonly version?: string;
  /** Another version stands in for it. */
  readonly warning?: string;
}

export type EnvironmentState = "stopped" | "initializing" | "idle" | "frozen" | "busy";

/** One of `GET /_lambkin/environments`; times are epoch milliseconds. */
export interface EnvironmentRow {
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
  readonly requestId?: string;
  readonly memoryMib: number;
  readonly peakMemoryBytes: number;
}

export interface FunctionRow {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly inFlight: number;
  readonly reserved?: number;
  readonly throttles: number;
}

/** `GET /_lambkin/environments`, and each event of its stream. */
export interface Environments {
  readonly environments: readonly EnvironmentRow[];
  readonly functions: readonly FunctionRow[];
  readonly accountLimit: number;
}

/** `GET /_lambkin/usage`; costs in its currency. */
export interface Usage {
  readonly currency: string;
  readonly prices: { readonly source: string; readonly date: string; readonly region: string };
  readonly from: string;
  readonly to: string;
  readonly days: readonly UsageDay[];
  readonly total: {
    readonly requests: number;
    readonly gbSeconds: number;
    readonly cost: { readonly total: number };
    readonly freeTier: { readonly requests: number; readonly gbSeconds: number };
    readonly costAfterFreeTier: number;
  };
}

export interface UsageDay {
  readonly day: string;
  readonly functionName: string;
  readonly version: string;
  readonly requests: number;
  readonly billedMs: number;
  readonly gbSeconds: number;
  readonly cost: { readonly total: number };
}
