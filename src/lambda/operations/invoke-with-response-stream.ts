/** InvokeWithResponseStream: the response as events, while the function is still writing it. */
import type {
  InvokeWithResponseStreamRequest,
  InvokeWithResponseStreamResponse,
  InvokeWithResponseStreamResponseEvent,
} from "@aws-sdk/client-lambda";
import type { Operation } from "../../model/mod.ts";
import type { LambdaDependencies } from "../dependencies.ts";
import { invokeStreaming, type Streaming } from "../streamed-response.ts";
import { findCalled, synchronousCall } from "../synchronous-call.ts";

/**
 * Throws ResourceNotFoundException, InvalidRequestContentException, TooManyRequestsException. A failure of the
 * function is told in the last event.
 */
export function invokeWithResponseStream(
  dependencies: LambdaDependencies,
): Operation<InvokeWithResponseStreamRequest, InvokeWithResponseStreamResponse> {
  return async (request, context) => {
    const found = await findCalled(dependencies, request, context);
    if (request.InvocationType === "DryRun") return { StatusCode: 204 };
    const invocation = await synchronousCall(dependencies, found, request, context);
    const streaming = await invokeStreaming(dependencies.dataPlane, invocation);
    return { StatusCode: 200, ExecutedVersion: invocation.target.version, EventStream: events(streaming) };
  };
}

/** Source of the members: service model; `Unhandled` and the error document as details are recall. */
async function* events({ body, ended }: Streaming): AsyncGenerator<InvokeWithResponseStreamResponseEvent> {
  for await (const chunk of body) yield { PayloadChunk: { Payload: chunk as Buffer } };
  const outcome = await ended;
  yield {
    InvokeComplete: {
      ...(outcome.kind === "functionError" && {
        ErrorCode: "Unhandled",
        ErrorDetails: outcome.payload.toString("utf8"),
      }),
      ...(outcome.logTail !== undefined && { LogResult: outcome.logTail.toString("base64") }),
    },
  };
}
