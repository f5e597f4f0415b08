/** UpdateAlias: members left out stay; an empty set of weights sends all calls to the one version. */
import { randomUUID } from "node:crypto";
import type { AliasConfiguration, UpdateAliasRequest } from "@aws-sdk/client-lambda";
import { revisionMismatch } from "../../errors/mod.ts";
import { type FunctionAlias, functionArn, type Operation, parseFunctionReference } from "../../model/mod.ts";
import { aliasConfiguration, aliasNotFound, checkedRouting } from "../alias.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { moveProvision, refuseProvisioned } from "../provisioned-concurrency.ts";

/** Throws ResourceNotFoundException, PreconditionFailedException, InvalidParameterValueException. */
export function updateAlias(
  dependencies: LambdaDependencies,
): Operation<UpdateAliasRequest, AliasConfiguration> {
  const { store } = dependencies;
  return async (request, context) => {
    const { name: functionName } = parseFunctionReference(context, request.FunctionName ?? "");
    const name = request.Name ?? "";
    const before = await store.findAlias(context, functionName, name);
    if (before === undefined) {
      throw aliasNotFound("Alias not found", functionArn(context, functionName, name));
    }
    if (request.RevisionId !== undefined && request.RevisionId !== before.revisionId)
      throw revisionMismatch();
    const version = request.FunctionVersion ?? before.version;
    const { additional: kept, ...rest } = before;
    const routing =
      request.RoutingConfig ??
      (kept === undefined ? undefined : { AdditionalVersionWeights: { [kept.version]: kept.weight } });
    const additional = await checkedRouting(store, context, functionName, version, routing);
    const alias: FunctionAlias = {
      ...rest,
      version,
      description: request.Description ?? before.description,
      revisionId: randomUUID(),
      ...(additional !== undefined && { additional }),
    };
    const hasProvision = await store.findSetting(context, functionName, "provisioned", name);
    if (hasProvision !== undefined && version !== before.version) {
      await refuseProvisioned(store, context, functionName, version);
    }
    if (!(await store.replaceAlias(context, alias, before.revisionId))) throw revisionMismatch();
    await moveProvision(dependencies, context, before, alias);
    return aliasConfiguration(context, alias);
  };
}
