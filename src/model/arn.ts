/** Function names and ARNs: parsing what callers send, and writing what AWS answers. */
import { accessDenied, functionNotReachable, invalidParameter } from "../errors/mod.ts";

/** Where a resource lives: the key of all state. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
}

export interface FunctionReference {
  readonly name: string;
  /** Version or alias, unresolved; undefined when the caller gave none. */
  readonly qualifier: string | undefined;
}

export function functionArn(scope: Scope, name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:${scope.region}:${scope.accountId}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

const REFERENCE =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:([a-z]{2}(?:-[a-z]+)+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

/**
 * `given` is a name, a partial ARN (`account:function:name`) or a full ARN, each with or without a qualifier;
 * `qualifier` is the separate parameter. Throws ResourceNotFoundException for another region,
 * AccessDeniedException for another account, InvalidParameterValueException when the two qualifiers differ.
 * Source: recorded answers; the pattern is the service model's.
 */
export function parseFunctionReference(scope: Scope, given: string, qualifier?: string): FunctionReference {
  const match = REFERENCE.exec(given);
  if (match === null) throw invalidParameter(`${given} is not a valid function name or ARN.`);
  const [, region, accountId, name = "", inner] = match;
  if (region !== undefined && region !== scope.region) throw functionNotReachable(region, scope.region);
  if (accountId !== undefined && accountId !== scope.accountId) throw accessDenied(null);
  if (inner !== undefined && qualifier !== undefined && inner !== qualifier) {
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return { name, qualifier: inner ?? qualifier };
}
