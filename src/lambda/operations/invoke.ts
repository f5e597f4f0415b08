/** Invoke: RequestResponse runs and waits, Event is accepted durably, DryRun only checks. */
import type { InvocationRequest, InvocationResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { acceptEvent } from "../accept-event.ts";
import { answered } from "../answered.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { checkedClientContext, checkedEvent } from "../invoke-payload.ts";
import { findCalled, synchronousCall } from "../synchronous-call.ts";

/** `LogResult` is the header's base64, `Payload` the function's bytes as they are. */
type Answer = Omit<InvocationResponse, "Payload"> & { readonly Payload?: Buffer };

/**
 * Throws ResourceNotFoundException, InvalidRequestContentException, RequestTooLargeException,
 * TooManyRequestsException, SnapStartException, SnapStartTimeoutException. A failure of the function is no error here: it is 200 with FunctionError.
 */
export function invoke(dependencies: LambdaDependencies): Operation<InvocationRequest, Answer> {
  return async (request, context) => {
    const found = await findCalled(dependencies, request, context);
    if (request.InvocationType === "DryRun") return { StatusCode: 204 };
    if (request.InvocationType === "Event") {
      const payload = checkedEvent(request.Payload as Buffer | undefined);
      const clientContext = checkedClientContext(request.ClientContext);
      await acceptEvent(dependencies, found, payload, clientContext, context);
      return { StatusCode: 202 };
    }
    const invocation = await synchronousCall(dependencies, found, request, context);
    const outcome = answered(await dependencies.dataPlane.invoke(invocation));
    return {
      StatusCode: 200,
      ExecutedVersion: invocation.target.version,
      Payload: outcome.payload,
      ...(outcome.kind === "functionError" && { FunctionError: "Unhandled" }),
      ...(outcome.logTail !== undefined && { LogResult: outcome.logTail.toString("base64") }),
    };
  };
}
