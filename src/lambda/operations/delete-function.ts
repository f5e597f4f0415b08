/** DeleteFunction: the record goes at once, environments after what they are doing. */
import type { DeleteFunctionRequest } from "@aws-sdk/client-lambda";
import { functionNotFound, invalidParameter } from "../../errors/mod.ts";
import { functionArn, LATEST, type Operation, parseFunctionReference } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";

/** AWS answers 204 though its model says 200. Throws ResourceNotFoundException, InvalidParameterValueException. */
export function deleteFunction({
  store,
  dataPlane,
}: LambdaDependencies): Operation<DeleteFunctionRequest, { $status: number }> {
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
    if (qualifier !== undefined && !/^\d+$/.test(qualifier)) {
      throw invalidParameter("Deletion of aliases is not currently supported.");
    }
    // Deleting a version that is not there succeeds while the function is (recorded).
    if (qualifier !== undefined) return { $status: 204 };
    if (!(await store.delete(context, name))) throw functionNotFound(functionArn(context, name));
    dataPlane.setReserved(context, name, undefined);
    // Read again: an update may have been written in between.
    dataPlane.retire(record.latest);
    return { $status: 204 };
  };
}
