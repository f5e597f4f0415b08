/** The prices that were reckoned with, where they are from, and when they were looked up. */
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { ReactNode } from "react";
import type { Prices } from "./usage.ts";

export function PriceList({ prices }: { readonly prices: Prices }): ReactNode {
  const x86 = prices.compute.x86_64;
  const arm = prices.compute.arm64;
  const rows: readonly (readonly [string, string])[] = [
    ["1 million requests", exact(prices.request * 1_000_000)],
    ["GB-second, x86_64", tiers(x86.onDemand)],
    ["GB-second, arm64", tiers(arm.onDemand)],
    ["GB-second provisioned, x86_64", `${exact(x86.provision)}, in use ${exact(x86.provisioned)} more`],
    ["GB-second provisioned, arm64", `${exact(arm.provision)}, in use ${exact(arm.provisioned)} more`],
    ["GB-second of /tmp above 512 MB", exact(prices.storage)],
    ["GB streamed, from 6 MB on", exact(prices.streamedGb)],
    ["GB restored from a snapshot", exact(prices.restoredGb)],
  ];
  return (
    <ExpandableSection
      variant="container"
      headerText="Prices"
      headerDescription={`List prices of ${prices.region}, seen on ${prices.date}. Source: ${prices.source}`}
    >
      <KeyValuePairs columns={3} items={rows.map(([label, value]) => ({ label, value }))} />
    </ExpandableSection>
  );
}

function tiers(all: Prices["compute"]["x86_64"]["onDemand"]): string {
  return all.map(({ price }) => exact(price)).join(", then ");
}

function exact(dollars: number): string {
  return `$${dollars.toLocaleString("en", { maximumFractionDigits: 12, minimumFractionDigits: 2 })}`;
}
