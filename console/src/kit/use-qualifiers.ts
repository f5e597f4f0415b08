/** The versions and aliases of a function, to choose from. */
import { ListAliasesCommand, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { allPages, lambda } from "./lambda.ts";
import { LATEST } from "./qualifier.ts";
import { useLoad } from "./use-load.ts";

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
