/** An alias while it is written, and what is wrong with it. */
import type { AliasConfiguration, AliasRoutingConfiguration } from "@aws-sdk/client-lambda";
import { LATEST } from "../../../../kit/versions.ts";

export interface Draft {
  readonly name: string;
  readonly description: string;
  readonly version: string;
  readonly isSplit: boolean;
  readonly second: string;
  /** As typed. */
  readonly percent: string;
}

export interface AliasProblem {
  readonly field: "name" | "second" | "percent";
  readonly text: string;
}

const NAME = /^[\w-]{1,128}$/;
const ONLY_DIGITS = /^\d+$/;

export function draftOf(alias: AliasConfiguration | undefined, versions: readonly string[]): Draft {
  const [second] = Object.entries(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
  return {
    name: alias?.Name ?? "",
    description: alias?.Description ?? "",
    version: alias?.FunctionVersion ?? versions[0] ?? LATEST,
    isSplit: second !== undefined,
    second: second?.[0] ?? "",
    percent: second === undefined ? "10" : String(Number((second[1] * 100).toFixed(4))),
  };
}

export function aliasProblem({ name, isSplit, second, percent }: Draft): AliasProblem | undefined {
  if (!NAME.test(name) || ONLY_DIGITS.test(name)) {
    return { field: "name", text: "A name has letters, digits, - and _, and is not a number." };
  }
  if (!isSplit) return undefined;
  if (second === "") return { field: "second", text: "Choose the second version." };
  const share = Number(percent);
  if (percent.trim() === "" || !(share >= 0 && share <= 100)) {
    return { field: "percent", text: "A share is between 0 and 100 percent." };
  }
  return undefined;
}

/** Empty weights take back an earlier split. */
export function routingOf({ isSplit, second, percent }: Draft): AliasRoutingConfiguration {
  return { AdditionalVersionWeights: isSplit ? { [second]: Number(percent) / 100 } : {} };
}
