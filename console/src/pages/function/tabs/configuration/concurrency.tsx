/** How many invocations at a time: reserved for the function, and kept ready for its versions and aliases. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import type { FunctionTabProps } from "../../tab.ts";
import { ProvisionedConcurrency } from "./provisioned-concurrency.tsx";
import { ReservedConcurrency } from "./reserved-concurrency.tsx";

export default function Concurrency({ name }: FunctionTabProps): ReactNode {
  return (
    <SpaceBetween size="l">
      <ReservedConcurrency name={name} />
      <ProvisionedConcurrency name={name} />
    </SpaceBetween>
  );
}
