/** CreateLogGroup. */
import type { CreateLogGroupRequest } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "../../../model/mod.ts";
import type { LogsDependencies } from "../dependencies.ts";
import { groupExists } from "../errors.ts";

/** Throws ResourceAlreadyExistsException. */
export function createLogGroup({ store, clock }: LogsDependencies): Operation<CreateLogGroupRequest, void> {
  return async (request, context) => {
    const isNew = await store.createGroup(context, {
      name: request.logGroupName ?? "",
      createdAtMs: clock.nowMs(),
      retentionDays: undefined,
      storedBytes: 0,
      kmsKeyId: request.kmsKeyId,
      logGroupClass: request.logGroupClass ?? "STANDARD",
      tags: { ...request.tags },
    });
    if (!isNew) throw groupExists();
  };
}
