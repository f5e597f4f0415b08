/** Invoke: RequestResponse runs and waits, Event is accepted durably, DryRun only checks. */
import type { InvocationRequest, InvocationResponse } from "@aws-sdk/client-lambda";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { invalidRequestContent, throttled } from "../../errors/mod.ts";
import { functionArn, type Operation } from "../../model/mod.ts";
import { acceptEvent } from "../accept-event.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord, versionForCall } from "../find-function.ts";
import { checkedClientContext, checkedEvent } from "../invoke-payload.ts";

/** `LogResult` is the header's base64, `Payload` the function's bytes as they are. */
type Answer = Omit<InvocationResponse, "Payload"> & { readonly Payload?: Buffer };

/**
 * Throws ResourceNotFoundException, InvalidRequestContentException, RequestTooLargeException,
 * TooManyRequestsException. A failure of the function is no error here: it is 200 with FunctionError.
 */
export function invoke(dependencies: LambdaDependencies): Operation<InvocationRequest, Answer> {
  return async (request, context) => {
    const name = request.FunctionName ?? "";
    const found = await getFunctionRecord(dependencies.store, context, name, request.Qualifier, {
      namesLatest: true,
    });
    if (request.InvocationType === "DryRun") return { StatusCode: 204 };
    const payload = checkedEvent(request.Payload as Buffer | undefined);
    const clientContext = checkedClientContext(withinBound(request.ClientContext));
    if (request.InvocationType === "Event") {
      await acceptEvent(dependencies, found, payload, clientContext, context);
      return { StatusCode: 202 };
    }
    const target = await versionForCall(dependencies.store, context, found, dependencies.draw);
    const outcome = await dependencies.dataPlane.invoke({
      scope: context,
      target,
      invokedArn: functionArn(context, target.name, found.qualifier),
      requestId: context.requestId,
      payload,
      clientContext,
      traceId: context.traceId,
      wantsLogTail: request.LogType === "Tail",
    });
    if (outcome.kind === "throttled") throw throttled(outcome.reason);
    return {
      StatusCode: 200,
      ExecutedVersion: target.version,
      Payload: outcome.payload,
      ...(outcome.kind === "functionError" && { FunctionError: "Unhandled" }),
      ...(outcome.logTail !== undefined && { LogResult: outcome.logTail.toString("base64") }),
    };
  };
}

function withinBound(clientContext: string | undefined): string | undefined {
  if (clientContext !== undefined && clientContext.length > LAMBDA_LIMITS.clientContextBytesMax) {
    throw invalidRequestContent(
      `Client context must be no more than ${LAMBDA_LIMITS.clientContextBytesMax} bytes when Base64-encoded.`,
    );
  }
  return clientContext;
}
