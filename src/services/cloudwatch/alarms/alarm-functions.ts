/** Functions as targets of alarms: they get the event as they get every accepted event. */
import { randomUUID } from "node:crypto";
import { functionArn, parseFunctionReference, type Scope } from "../../../model/mod.ts";
import type { ActionPorts } from "./actions.ts";

interface Queue {
  accept(event: {
    id: string;
    scope: Scope;
    functionName: string;
    qualifier: string | undefined;
    payload: Buffer;
    clientContext: undefined;
    traceId: undefined;
  }): Promise<void>;
}

/** An ARN is another account's or region's own matter. Rejects when there is no such function. */
export function alarmFunctions(
  isThere: (scope: Scope, name: string, qualifier: string | undefined) => Promise<boolean>,
  queue: Queue,
): ActionPorts["invokeFunction"] {
  return async (_, arn, event) => {
    const [, , , region = "", accountId = ""] = arn.split(":");
    const scope = { accountId, region };
    const { name, qualifier } = parseFunctionReference(scope, arn);
    if (!(await isThere(scope, name, qualifier))) {
      throw new Error(`Function not found: ${functionArn(scope, name, qualifier)}`);
    }
    await queue.accept({
      ...{ id: randomUUID(), scope, functionName: name, qualifier },
      ...{ payload: Buffer.from(JSON.stringify(event)), clientContext: undefined, traceId: undefined },
    });
  };
}
