/** The versions and aliases of a function, to choose from. */
import { ListAliasesCommand, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { useLoad } from "../../../../kit/use-load.ts";

export const LATEST = "$LATEST";

export interface Qualifiers {
  /** The newest first, without `$LATEST`. */
  readonly versions: readonly string[];
  readonly aliases: readonly string[];
  readonly error: unknown;
  readonly isLoading: boolean;
}

export function useQualifiers(name: string): Qualifiers {
  const { data, error, isLoading } = useLoad(`qualifiers ${name}`, async () => {
    const [versions, aliases] = await Promise.all([
      allPages(async (marker) => {
        const answer = await lambda().send(
          new ListVersionsByFunctionCommand({ FunctionName: name, Marker: marker }),
        );
        return { items: answer.Versions, next: answer.NextMarker };
      }),
      allPages(async (marker) => {
        const answer = await lambda().send(new ListAliasesCommand({ FunctionName: name, Marker: marker }));
        return { items: answer.Aliases, next: answer.NextMarker };
      }),
    ]);
    return {
      versions: versions
        .map(({ Version = "" }) => Version)
        .filter((each) => each !== LATEST)
        .reverse(),
      aliases: aliases.map(({ Name = "" }) => Name),
    };
  });
  return { versions: data?.versions ?? [], aliases: data?.aliases ?? [], error, isLoading };
}

/** `prod` of a function's ARN that ends with it; `$LATEST` where nothing follows the name. */
export function qualifierOfArn(arn: string | undefined): string {
  return arn?.split(":")[7] ?? LATEST;
}

/** What the API is told: nothing stands for `$LATEST`. */
export function qualifierToSend(qualifier: string): string | undefined {
  return qualifier === LATEST ? undefined : qualifier;
}
