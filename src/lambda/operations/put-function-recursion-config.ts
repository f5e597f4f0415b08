/** PutFunctionRecursionConfig: kept and shown; what it guards against is not detected yet. */
import type {
  PutFunctionRecursionConfigRequest,
  PutFunctionRecursionConfigResponse,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException. */
export function putFunctionRecursionConfig({
  store,
}: LambdaDependencies): Operation<PutFunctionRecursionConfigRequest, PutFunctionRecursionConfigResponse> {
  return async (request, context) => {
    const { shared } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    const { RecursiveLoop } = request;
    await store.updateShared(context, shared.name, (before) => ({
      ...before,
      ...(RecursiveLoop !== undefined && { recursiveLoop: RecursiveLoop }),
    }));
    return { RecursiveLoop };
  };
}
