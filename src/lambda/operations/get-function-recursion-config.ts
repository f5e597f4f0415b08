/** GetFunctionRecursionConfig: `Terminate` unless it was changed. */
import type {
  GetFunctionRecursionConfigRequest,
  GetFunctionRecursionConfigResponse,
  RecursiveLoop,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";

/** Throws ResourceNotFoundException. */
export function getFunctionRecursionConfig({
  store,
}: LambdaDependencies): Operation<GetFunctionRecursionConfigRequest, GetFunctionRecursionConfigResponse> {
  return async (request, context) => {
    const { shared } = await getFunctionRecord(store, context, request.FunctionName ?? "");
    return { RecursiveLoop: (shared.recursiveLoop ?? "Terminate") as RecursiveLoop };
  };
}
