/** GetProvisionedConcurrencyConfig: what was asked for, and how much of it is there. */
import type {
  GetProvisionedConcurrencyConfigRequest,
  GetProvisionedConcurrencyConfigResponse,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import {
  findProvisionable,
  noProvisionedConfig,
  provisionedConfig,
  refuseLatest,
} from "../provisioned-concurrency.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException, ProvisionedConcurrencyConfigNotFoundException. */
export function getProvisionedConcurrencyConfig(
  dependencies: LambdaDependencies,
): Operation<GetProvisionedConcurrencyConfigRequest, GetProvisionedConcurrencyConfigResponse> {
  const { store } = dependencies;
  return async (request, context) => {
    const found = await findProvisionable(store, context, request.FunctionName ?? "", request.Qualifier);
    refuseLatest(found.qualifier);
    const setting = await store.findSetting(context, found.latest.name, "provisioned", found.qualifier);
    if (setting === undefined) throw noProvisionedConfig();
    return provisionedConfig(dependencies, found.version, setting);
  };
}
