/** ListProvisionedConcurrencyConfigs: of a function's versions and aliases. */
import type {
  ListProvisionedConcurrencyConfigsRequest,
  ListProvisionedConcurrencyConfigsResponse,
  ProvisionedConcurrencyConfigListItem,
} from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { functionArn, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { findQualified, getFunctionRecord } from "../find-function.ts";
import { markerAfterName, nameAfterMarker } from "../paging.ts";
import { provisionedConfig } from "../provisioned-concurrency.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException for a broken marker. */
export function listProvisionedConcurrencyConfigs(
  dependencies: LambdaDependencies,
): Operation<ListProvisionedConcurrencyConfigsRequest, ListProvisionedConcurrencyConfigsResponse> {
  const { store } = dependencies;
  return async (request, context) => {
    const { latest } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const after = nameAfterMarker(request.Marker) ?? "";
    const all = (await store.listSettings(context, latest.name, "provisioned")).filter(
      ({ qualifier }) => qualifier > after,
    );
    const page = all.slice(0, request.MaxItems ?? LAMBDA_LIMITS.pageItemsDefault);
    const items: ProvisionedConcurrencyConfigListItem[] = [];
    for (const { qualifier, setting } of page) {
      const found = await findQualified(store, context, latest.name, qualifier);
      if (found === undefined) continue;
      const config = provisionedConfig(dependencies, found.version, setting);
      items.push({ FunctionArn: functionArn(context, latest.name, qualifier), ...config });
    }
    const last = page.at(-1);
    return {
      ProvisionedConcurrencyConfigs: items,
      ...(all.length > page.length && last !== undefined && { NextMarker: markerAfterName(last.qualifier) }),
    };
  };
}
