/** From what a caller named to the stored record, with AWS's answer for what is not there. */
import { functionNotFound, invalidParameter } from "../errors/mod.ts";
import { functionArn, LATEST, parseFunctionReference, type Scope } from "../model/mod.ts";
import type { FunctionRecord, FunctionStore } from "../store/mod.ts";

export interface FoundFunction {
  readonly record: FunctionRecord;
  /** As the caller gave it. */
  readonly qualifier: string | undefined;
}

export interface FindOptions {
  /** Invoke and PutFunctionConcurrency name `$LATEST` in their refusal even when nobody asked for it (recorded). */
  readonly namesLatest?: boolean;
}

/** Throws ResourceNotFoundException and what `parseFunctionReference` throws. */
export async function getFunctionRecord(
  store: FunctionStore,
  scope: Scope,
  given: string,
  qualifierParameter?: string,
  options: FindOptions = {},
): Promise<FoundFunction> {
  const { name, qualifier } = parseFunctionReference(scope, given, qualifierParameter);
  const record = await store.find(scope, name);
  // Only $LATEST exists so far: every other qualifier is an unknown one.
  if (record === undefined || (qualifier !== undefined && qualifier !== LATEST)) {
    throw functionNotFound(
      functionArn(scope, name, qualifier ?? (options.namesLatest === true ? LATEST : undefined)),
    );
  }
  return { record, qualifier };
}

/** For settings of the function as a whole. The text is recorded on AWS. */
export function refuseQualifier(scope: Scope, given: string): void {
  if (parseFunctionReference(scope, given).qualifier !== undefined) {
    throw invalidParameter(
      "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. " +
        "Please specify either a function name or an unqualified function ARN.",
    );
  }
}
