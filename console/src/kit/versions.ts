/** The published versions and the aliases of a function. */
import {
  type AliasConfiguration,
  type FunctionConfiguration,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { allPages, lambda } from "./lambda.ts";

export const LATEST = "$LATEST";

/** The newest first, without `$LATEST`. */
export async function publishedVersions(name: string): Promise<FunctionConfiguration[]> {
  const all = await allPages(async (marker) => {
    const answer = await lambda().send(
      new ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker }),
    );
    return { items: answer.Versions, next: answer.NextMarker };
  });
  return all
    .filter(({ Version }) => Version !== LATEST)
    .sort((one, other) => Number(other.Version) - Number(one.Version));
}

export function aliasesOf(name: string): Promise<AliasConfiguration[]> {
  return allPages(async (marker) => {
    const answer = await lambda().send(new ListAliasesCommand({ FunctionName: name, Marker: marker }));
    return { items: answer.Aliases, next: answer.NextMarker };
  });
}

/** An alias's two targets in words: `3, and 2 for 10 % of the calls`. */
export function targetWords({ FunctionVersion = "", RoutingConfig }: AliasConfiguration): string {
  const [second] = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  if (second === undefined) return FunctionVersion;
  const [version, weight] = second;
  return `${FunctionVersion}, and ${version} for ${percent(weight)} of the calls`;
}

function percent(part: number): string {
  return `${Number((part * 100).toFixed(2))} %`;
}
