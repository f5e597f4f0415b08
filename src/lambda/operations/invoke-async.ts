/** InvokeAsync: what Invoke with the type Event replaced long ago; old clients still send it. */
// biome-ignore lint/suspicious/noDeprecatedImports: AWS deprecated it long ago and still answers it.
import type { InvokeAsyncRequest, InvokeAsyncResponse } from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import { acceptEvent } from "../accept-event.ts";
import { checkCallable } from "../change-function.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { getFunctionRecord } from "../find-function.ts";
import { checkedEvent } from "../invoke-payload.ts";
import { checkRunnable } from "../package-type.ts";

/** Throws ResourceNotFoundException, ResourceConflictException, InvalidRequestContentException, RequestTooLargeException. */
export function invokeAsync(
  dependencies: LambdaDependencies,
): Operation<InvokeAsyncRequest, InvokeAsyncResponse> {
  return async (request, context) => {
    const found = await getFunctionRecord(dependencies.store, context, request.FunctionName ?? "");
    checkRunnable(context, found.version);
    checkCallable(found.version);
    const payload = checkedEvent(request.InvokeArgs as Buffer | undefined);
    await acceptEvent(dependencies, found, payload, undefined, context);
    return { Status: 202 };
  };
}
