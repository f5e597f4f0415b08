/** ListFunctions: a page of configurations by name; with FunctionVersion=ALL, of every version of each function. */
import type { ListFunctionsRequest, ListFunctionsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { type FunctionVersion, LATEST, type Operation, type Scope } from "../../model/mod.ts";
import type { FunctionStore } from "../../store/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { listedConfiguration } from "../function-configuration.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";

/** With FunctionVersion=ALL the ARNs name their version. Throws InvalidParameterValueException for a broken marker. */
export function listFunctions({
  store,
}: LambdaDependencies): Operation<ListFunctionsRequest, ListFunctionsResponse> {
  return async (request, context) => {
    const limit = Math.min(request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault, LAMBDA_LIMITS.pageItemsMax);
    const wantsAll = request.FunctionVersion === "ALL";
    const after = nameAfterMarker(request.Marker);
    // One more than the page tells whether another follows.
    const found = wantsAll
      ? await listAll(store, context, after, limit + 1)
      : (await store.list(context, after, limit + 1)).map(({ latest }) => latest);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      Functions: page.map((version) =>
        listedConfiguration(context, version, wantsAll ? version.version : undefined),
      ),
      ...(found.length > limit &&
        last !== undefined && {
          NextMarker: markerAfterName(wantsAll ? `${last.name}:${last.version}` : last.name),
        }),
    };
  };
}

/** By name, then `$LATEST`, then by number, strictly after `name:version`. */
async function listAll(
  store: FunctionStore,
  scope: Scope,
  after: string | undefined,
  limit: number,
): Promise<FunctionVersion[]> {
  const [name, version] = after?.split(":") ?? [];
  const all: FunctionVersion[] = [];
  if (name !== undefined && version !== undefined) {
    all.push(...(await store.listVersions(scope, name, version === LATEST ? 0 : Number(version), limit)));
  }
  for (const { latest } of await store.list(scope, name, limit)) {
    if (all.length >= limit) break;
    all.push(latest, ...(await store.listVersions(scope, latest.name, 0, limit)));
  }
  return all.slice(0, limit);
}
