/** The versions and aliases of a function, to choose from. */
import { ListAliasesCommand, ListVersionsByFunctionCommand } from "@aws-sdk/client-lambda";
import { allPages, lambda } from "../../../../kit/lambda.ts";
import { useLoad } from "../../../../kit/use-load.ts";

export interface Qualifiers {
  readonly options: readonly {
    readonly label: string;
    readonly options: readonly { value: string; label: string }[];
  }[];
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
    return [
      { label: "Aliases", options: aliases.map(({ Name = "" }) => ({ value: Name, label: Name })) },
      {
        label: "Versions",
        options: versions
          .filter(({ Version }) => Version !== "$LATEST")
          .map(({ Version = "" }) => ({ value: Version, label: Version }))
          .reverse(),
      },
    ].filter(({ options }) => options.length > 0);
  });
  return { options: data ?? [], error, isLoading };
}
