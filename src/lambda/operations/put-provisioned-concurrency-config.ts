/** PutProvisionedConcurrencyConfig: keeps environments ready; they start in the background. */
import type {
  PutProvisionedConcurrencyConfigRequest,
  PutProvisionedConcurrencyConfigResponse,
} from "@aws-sdk/client-lambda";
import { invalidParameter } from "../../errors/mod.ts";
import { lambdaTimestamp } from "../../kit/mod.ts";
import { LATEST, type Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { checkFits, checkOnlyOne, findProvisionable } from "../provisioned-concurrency.ts";

/** Throws ResourceNotFoundException, InvalidParameterValueException, ResourceConflictException. */
export function putProvisionedConcurrencyConfig(
  dependencies: LambdaDependencies,
): Operation<PutProvisionedConcurrencyConfigRequest, PutProvisionedConcurrencyConfigResponse> {
  const { store, dataPlane, changes, clock } = dependencies;
  return (request, context) =>
    changes.run(`${context.accountId}/${context.region}`, async () => {
      const found = await findProvisionable(store, context, request.FunctionName ?? "", request.Qualifier);
      const { qualifier, version } = found;
      if (qualifier === LATEST || version.version === LATEST) {
        throw invalidParameter(
          "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
        );
      }
      const requested = request.ProvisionedConcurrentExecutions ?? 0;
      if (version.settings.SnapStart.ApplyOn !== "None") {
        // That the two exclude each other is documented; the words are ours.
        throw invalidParameter("Provisioned Concurrency is not supported for functions with SnapStart.");
      }
      await checkOnlyOne(store, context, found);
      await checkFits(dependencies, context, found, qualifier, requested);
      const setting = { requested, lastModifiedMs: clock.nowMs() };
      await store.writeSetting(context, version.name, "provisioned", qualifier, setting);
      dataPlane.provision(context, version, requested);
      // What is there already is not told here (recorded).
      return {
        RequestedProvisionedConcurrentExecutions: requested,
        AvailableProvisionedConcurrentExecutions: 0,
        AllocatedProvisionedConcurrentExecutions: 0,
        Status: "IN_PROGRESS",
        LastModified: lambdaTimestamp(setting.lastModifiedMs),
      };
    });
}
