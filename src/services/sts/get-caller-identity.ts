/** STS GetCallerIdentity: who the credentials belong to; the first call of many a tool. */
import type { GetCallerIdentityResponse } from "@aws-sdk/client-sts";
import type { Operation, OperationTable } from "../../model/mod.ts";

/** In open mode every key acts as its account's root. */
const getCallerIdentity: Operation<object, GetCallerIdentityResponse> = (_request, { accountId }) => ({
  UserId: accountId,
  Account: accountId,
  Arn: `arn:aws:iam::${accountId}:root`,
});

export const stsOperations: OperationTable = { GetCallerIdentity: getCallerIdentity };
