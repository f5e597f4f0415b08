/** What Invoke and InvokeWithResponseStream make of a request before they part. */
import type { InvocationRequest } from "@aws-sdk/client-lambda";
import { recursiveInvocation } from "../errors/mod.ts";
import { functionArn, type Invocation, isLoop, type RequestContext, traceOf } from "../model/mod.ts";
import { checkCallable } from "./change-function.ts";
import type { LambdaDependencies } from "./dependencies.ts";
import { type FoundFunction, getFunctionRecord, versionForCall } from "./find-function.ts";
import { checkedClientContext, checkedEvent } from "./invoke-payload.ts";
import { checkRunnable } from "./package-type.ts";

/** The members that both requests have. */
type CallRequest = Pick<
  InvocationRequest,
  "FunctionName" | "Qualifier" | "Payload" | "ClientContext" | "LogType"
>;

/** Throws ResourceNotFoundException, ResourceConflictException. */
export async function findCalled(
  { store }: LambdaDependencies,
  { FunctionName = "", Qualifier }: CallRequest,
  context: RequestContext,
): Promise<FoundFunction> {
  const found = await getFunctionRecord(store, context, FunctionName, Qualifier, { namesLatest: true });
  checkRunnable(context, found.version);
  checkCallable(found.version);
  return found;
}

/** Throws InvalidRequestContentException, RecursiveInvocationException, ResourceConflictException. */
export async function synchronousCall(
  { store, draw, clock, observe }: LambdaDependencies,
  found: FoundFunction,
  request: CallRequest,
  context: RequestContext,
): Promise<Invocation> {
  const payload = checkedEvent(request.Payload as Buffer | undefined);
  const clientContext = checkedClientContext(request.ClientContext);
  const target = await versionForCall(store, context, found, draw);
  checkCallable(target);
  const trace = traceOf(context.traceId, context.requestId, { scope: context, target, nowMs: clock.nowMs() });
  if (isLoop(found.shared, trace)) {
    observe({ kind: "loopStopped", scope: context, functionName: target.name });
    throw recursiveInvocation();
  }
  return {
    scope: context,
    target,
    invokedArn: functionArn(context, target.name, found.qualifier),
    requestId: context.requestId,
    payload,
    clientContext,
    traceId: trace.header,
    origin: { trigger: "other", callerSpanId: trace.callerSpanId },
    wantsLogTail: request.LogType === "Tail",
  };
}
