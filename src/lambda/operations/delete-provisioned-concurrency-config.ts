/** DeleteProvisionedConcurrencyConfig: idle environments end now, busy ones after their invocation. */
import type { DeleteProvisionedConcurrencyConfigRequest } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { findProvisionable, refuseLatest } from "../provisioned-concurrency.ts";

/** Succeeds where there is none (recall). Throws ResourceNotFoundException, InvalidParameterValueException. */
export function deleteProvisionedConcurrencyConfig({
  store,
  dataPlane,
  changes,
}: LambdaDependencies): Operation<DeleteProvisionedConcurrencyConfigRequest, void> {
  return (request, context) =>
    changes.run(`${context.accountId}/${context.region}`, async () => {
      const found = await findProvisionable(store, context, request.FunctionName ?? "", request.Qualifier);
      const { qualifier, version } = found;
      refuseLatest(qualifier);
      if (await store.deleteSetting(context, version.name, "provisioned", qualifier)) {
        dataPlane.provision(context, version, 0);
      }
    });
}
