/**
 * What AWS asks for Lambda: list prices of us-east-1 in US dollars. The one place to change when they change.
 *
 * Sources: the AWS Price List of AWSLambda in us-east-1 (effective October 2025, as others have printed it; the rates of
 * SnapStart once more from one of September 2026) and the "AWS Lambda Pricing" page, whose examples are the tests of
 * `cost.test.ts`. Seen for the last time on 2026-11-21; none of them is from memory alone.
 */

export interface Tier {
  /** Units of one month that this tier takes; the last takes the rest. */
  readonly units: number;
  readonly price: number;
}

export interface ComputePrices {
  /** A GB-second, by what the month has used of the same architecture in one account and region. */
  readonly onDemand: readonly Tier[];
  /** A GB-second of an environment that is provisioned, used or not. */
  readonly provision: number;
  /** A GB-second of an invocation in such an environment; comes on top. */
  readonly provisioned: number;
}

export const PRICES = {
  currency: "USD",
  region: "us-east-1",
  date: "2026-11-21",
  source: "https://aws.amazon.com/lambda/pricing/ and the AWS Price List of AWSLambda, us-east-1",
  request: 0.2 / 1_000_000,
  compute: {
    x86_64: {
      onDemand: [
        { units: 6_000_000_000, price: 0.0000166667 },
        { units: 9_000_000_000, price: 0.000015 },
        { units: Number.POSITIVE_INFINITY, price: 0.0000133334 },
      ],
      provision: 0.0000041667,
      provisioned: 0.0000097222,
    },
    arm64: {
      onDemand: [
        { units: 7_500_000_000, price: 0.0000133334 },
        { units: 11_250_000_000, price: 0.0000120001 },
        { units: Number.POSITIVE_INFINITY, price: 0.0000106667 },
      ],
      provision: 0.0000033334,
      provisioned: 0.0000077778,
    },
  },
  /** A GB-second of /tmp above 512 MB. */
  storage: 0.0000000309,
  /** A GB of streamed responses, each from its 6 MB on. */
  streamedGb: 0.008,
  /** A GB of memory restored from a snapshot; nothing for Java. */
  restoredGb: 0.0001397998,
  /** Of each account and month, both architectures and all regions together; nothing of what is provisioned. */
  freeTier: { requests: 1_000_000, gbSeconds: 400_000, streamedGb: 100 },
} as const satisfies {
  readonly compute: Readonly<Record<string, ComputePrices>>;
  readonly [other: string]: unknown;
};

/** Functions of an architecture that AWS does not have cost what x86 costs. */
export function computePrices(architecture: string): ComputePrices {
  return architecture === "arm64" ? PRICES.compute.arm64 : PRICES.compute.x86_64;
}
