/** PutLogGroupDeletionProtection: the only way to delete a group that was made with protection. */
import type { PutLogGroupDeletionProtectionRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupNotFound } from "../errors.ts";
import { groupNameOfIdentifier } from "../names.ts";

/** Throws ResourceNotFoundException, InvalidParameterException. */
export function putLogGroupDeletionProtection({
  store,
  writer,
}: LogsDependencies): Operation<PutLogGroupDeletionProtectionRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const name = groupNameOfIdentifier(context, request.logGroupIdentifier ?? "");
    const isDeletionProtected = request.deletionProtectionEnabled ?? false;
    if (!(await store.updateGroup(context, name, () => ({ isDeletionProtected })))) throw groupNotFound();
  };
}
