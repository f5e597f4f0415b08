/** DeleteFunctionConcurrency: gives the reservation back to the account. */
import type { DeleteFunctionConcurrencyRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord, refuseQualifier } from "../find-function.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException. */
export function deleteFunctionConcurrency({
  store,
  dataPlane,
  changes,
}: LambdaDependencies): Operation<DeleteFunctionConcurrencyRequest, void> {
  return async (request, context) => {
    const given = request.FunctionName ?? "";
    refuseQualifier(context, given);
    await changes.run(`${context.accountId}/${context.region}`, async () => {
      const { shared: found } = await getFunctionRecord(store, context, given);
      const { name } = found;
      await store.updateShared(context, name, ({ reservedConcurrency: _given, ...shared }) => shared);
      dataPlane.setReserved(context, name, undefined);
    });
  };
}
