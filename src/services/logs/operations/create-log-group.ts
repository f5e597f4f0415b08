/** CreateLogGroup. */
import type { CreateLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupExists } from "../errors.ts";

/** The key is kept and answered, nothing is encrypted with it. Throws ResourceAlreadyExistsException. */
export function createLogGroup({
  store,
  writer,
  clock,
}: LogsDependencies): Operation<CreateLogGroupRequest, void> {
  return async (request, context) => {
    await writer.flush();
    const isNew = await store.createGroup(context, {
      name: request.logGroupName ?? "",
      createdAtMs: clock.nowMs(),
      retentionDays: undefined,
      storedBytes: 0,
      kmsKeyId: request.kmsKeyId,
      logGroupClass: request.logGroupClass ?? "STANDARD",
      tags: { ...request.tags },
      isDeletionProtected: request.deletionProtectionEnabled ?? false,
    });
    if (!isNew) throw groupExists();
  };
}
