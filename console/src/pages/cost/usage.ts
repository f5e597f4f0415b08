/** What `GET /_lambkin/usage` answers, as far as this page shows it. */

export interface Cost {
  readonly requests: number;
  readonly compute: number;
  readonly provisionedConcurrency: number;
  readonly ephemeralStorage: number;
  readonly streaming: number;
  readonly snapStart: number;
  readonly total: number;
}

/** One function version on one UTC day. */
export interface DayLine {
  /** `2026-11-21`. */
  readonly day: string;
  readonly functionName: string;
  readonly version: string;
  readonly architecture: string;
  readonly requests: number;
  readonly billedMs: number;
  readonly initMs: number;
  readonly gbSeconds: number;
  readonly cost: Cost;
}

interface Tier {
  /** Null: without end. */
  readonly units: number | null;
  readonly price: number;
}

interface ComputePrices {
  readonly onDemand: readonly Tier[];
  readonly provision: number;
  readonly provisioned: number;
}

export interface Prices {
  readonly region: string;
  readonly date: string;
  readonly source: string;
  readonly request: number;
  readonly compute: { readonly x86_64: ComputePrices; readonly arm64: ComputePrices };
  readonly storage: number;
  readonly streamedGb: number;
  readonly restoredGb: number;
}

export interface Usage {
  readonly currency: string;
  readonly prices: Prices;
  readonly from: string;
  readonly to: string;
  readonly days: readonly DayLine[];
  readonly months: readonly unknown[];
  readonly total: {
    readonly requests: number;
    readonly gbSeconds: number;
    readonly cost: Cost;
    readonly freeTier: {
      readonly requests: number;
      readonly gbSeconds: number;
      readonly streamedGb: number;
      readonly saved: number;
      readonly ofEachMonth: {
        readonly requests: number;
        readonly gbSeconds: number;
        readonly streamedGb: number;
      };
    };
    readonly costAfterFreeTier: number;
  };
}
