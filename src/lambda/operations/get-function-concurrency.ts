/** GetFunctionConcurrency: the reservation, or an empty answer when there is none. */
import type { GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord, refuseQualifier } from "../find-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function getFunctionConcurrency({
  store,
}: LambdaDependencies): Operation<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> {
  return async (request, context) => {
    const given = request.FunctionName ?? "";
    refuseQualifier(context, given);
    const { shared } = await getFunctionRecord(store, context, given);
    const { reservedConcurrency } = shared;
    return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
  };
}
