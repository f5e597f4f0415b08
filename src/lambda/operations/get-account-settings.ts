/** GetAccountSettings: the account's quotas in this region and what is used of them. */
import type { GetAccountSettingsResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";

export function getAccountSettings({
  store,
  accountConcurrency,
}: LambdaDependencies): Operation<object, GetAccountSettingsResponse> {
  return async (_request, context) => {
    const usage = await store.usage(context);
    return {
      AccountLimit: {
        TotalCodeSize: LAMBDA_LIMITS.codeStorageBytesMax,
        CodeSizeUnzipped: LAMBDA_LIMITS.codeUnzippedBytesMax,
        CodeSizeZipped: LAMBDA_LIMITS.codeZippedBytesMax,
        ConcurrentExecutions: accountConcurrency,
        UnreservedConcurrentExecutions: accountConcurrency - usage.reservedConcurrency,
      },
      AccountUsage: { TotalCodeSize: usage.codeBytes, FunctionCount: usage.functions },
    };
  };
}
