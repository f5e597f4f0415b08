/** DeleteFunction: the records go at once, environments after what they are doing. */
import type { DeleteFunctionRequest } from "@aws-sdk/client-lambda";
import { functionNotFound, invalidParameter, resourceConflict } from "../../errors/mod.ts";
import {
  type FunctionVersion,
  functionArn,
  LATEST,
  type Operation,
  parseFunctionReference,
  type Scope,
} from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { isVersionNumber } from "../find-function.ts";

const PAGE = 100;

/**
 * AWS answers 204 though its model says 200. Throws ResourceNotFoundException, InvalidParameterValueException,
 * ResourceConflictException for a version that an alias leads to.
 */
export function deleteFunction(
  dependencies: LambdaDependencies,
): Operation<DeleteFunctionRequest, { $status: number }> {
  const { store, dataPlane } = dependencies;
  return async (request, context) => {
    const { name, qualifier } = parseFunctionReference(
      context,
      request.FunctionName ?? "",
      request.Qualifier,
    );
    const record = await store.find(context, name);
    if (record === undefined) throw functionNotFound(functionArn(context, name));
    if (qualifier === LATEST) {
      throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
    }
    if (qualifier !== undefined && !isVersionNumber(qualifier)) {
      throw invalidParameter("Deletion of aliases is not currently supported.");
    }
    if (qualifier !== undefined) {
      await deleteVersion(dependencies, context, name, qualifier);
      return { $status: 204 };
    }
    const versions = await allVersions(dependencies, context, name);
    if (!(await store.delete(context, name))) throw functionNotFound(functionArn(context, name));
    dataPlane.setReserved(context, name, undefined);
    for (const version of [record.latest, ...versions]) dataPlane.retire(version);
    return { $status: 204 };
  };
}

/** Deleting a version that is not there succeeds while the function is (recorded). */
async function deleteVersion(
  { store, dataPlane }: LambdaDependencies,
  scope: Scope,
  name: string,
  number: string,
): Promise<void> {
  const aliases = await store.listAliases(scope, name, { version: number, limit: PAGE });
  if (aliases.length > 0) {
    const names = aliases.map((alias) => alias.name).join(", ");
    // Reported; the comma between several is recalled.
    throw resourceConflict(`Unable to delete version because the following aliases reference it: [${names}]`);
  }
  const version = await store.findVersion(scope, name, number);
  if (version === undefined) return;
  await store.deleteVersion(scope, name, number);
  await store.deleteSetting(scope, name, "provisioned", number);
  dataPlane.retire(version);
}

async function allVersions(
  { store }: LambdaDependencies,
  scope: Scope,
  name: string,
): Promise<FunctionVersion[]> {
  const all: FunctionVersion[] = [];
  for (;;) {
    const page = await store.listVersions(scope, name, Number(all.at(-1)?.version ?? 0), PAGE);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
