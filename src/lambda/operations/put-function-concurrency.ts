/** PutFunctionConcurrency: reserves concurrency for one function, out of the account's. */
import type { Concurrency, PutFunctionConcurrencyRequest } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { functionNotFound, invalidParameterUntyped } from "../../errors/mod.ts";
import { functionArn, LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord, refuseQualifier } from "../find-function.ts";
import { provisionedTotal } from "../provisioned-concurrency.ts";

/** Throws ResourceNotFoundException first, then InvalidParameterValueException for the value (recorded order). */
export function putFunctionConcurrency({
  store,
  dataPlane,
  changes,
  accountConcurrency,
}: LambdaDependencies): Operation<PutFunctionConcurrencyRequest, Concurrency> {
  return async (request, context) => {
    const given = request.FunctionName ?? "";
    const reserved = request.ReservedConcurrentExecutions ?? 0;
    refuseQualifier(context, given);
    return changes.run(`${context.accountId}/${context.region}`, async () => {
      const found = await getFunctionRecord(store, context, given, undefined, { namesLatest: true });
      const { shared } = found;
      const provisioned = await provisionedTotal(store, context, shared.name);
      if (reserved < provisioned) {
        // The blanks are AWS's (recorded).
        throw invalidParameterUntyped(
          ` ReservedConcurrentExecutions  ${reserved} should not be lower than function's total provisioned ` +
            `concurrency [${provisioned}].`,
        );
      }
      const { reservedConcurrency } = await store.usage(context);
      const others = reservedConcurrency - (shared.reservedConcurrency ?? 0);
      if (accountConcurrency - others - reserved < LAMBDA_LIMITS.unreservedConcurrencyMin) {
        throw invalidParameterUntyped(
          "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution " +
            `below its minimum value of [${LAMBDA_LIMITS.unreservedConcurrencyMin}].`,
        );
      }
      const isThere = await store.updateShared(context, shared.name, (before) => ({
        ...before,
        reservedConcurrency: reserved,
      }));
      if (!isThere) {
        throw functionNotFound(functionArn(context, shared.name, LATEST));
      }
      dataPlane.setReserved(context, shared.name, reserved);
      return { ReservedConcurrentExecutions: reserved };
    });
  };
}
