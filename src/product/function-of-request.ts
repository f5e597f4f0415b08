/** Which function a request to one of the product's own paths is about: `function`, `qualifier`, `account`, `region`. */
import { ApiError } from "../errors/mod.ts";
import type { HttpRequest } from "../gateway/mod.ts";
import type { FunctionVersion, Scope } from "../model/mod.ts";

/** Undefined where there is no such function, version or alias. */
export type FindVersion = (
  scope: Scope,
  name: string,
  qualifier: string | undefined,
) => Promise<FunctionVersion | undefined>;

export interface NamedFunction {
  readonly scope: Scope;
  readonly name: string;
  readonly qualifier: string | undefined;
  readonly target: FunctionVersion;
}

const DEFAULT_SCOPE: Scope = { accountId: "000000000000", region: "us-east-1" };

/** Throws InvalidParameterValueException and ResourceNotFoundException. */
export async function functionOf({ query }: HttpRequest, find: FindVersion): Promise<NamedFunction> {
  const [, named, inName] =
    /^([A-Za-z0-9_-]{1,140})(?::([A-Za-z0-9_$-]{1,128}))?$/.exec(query.get("function") ?? "") ?? [];
  if (named === undefined) {
    throw new ApiError(
      "InvalidParameterValueException",
      "`function` is to be a function's name, or name:qualifier.",
    );
  }
  const scope = {
    accountId: query.get("account") ?? DEFAULT_SCOPE.accountId,
    region: query.get("region") ?? DEFAULT_SCOPE.region,
  };
  const qualifier = query.get("qualifier") ?? inName;
  const target = await find(scope, named, qualifier);
  if (target === undefined) {
    const what = qualifier === undefined ? named : `${named}:${qualifier}`;
    throw new ApiError("ResourceNotFoundException", `There is no function ${what} in ${scope.region}.`);
  }
  return { scope, name: named, qualifier, target };
}
