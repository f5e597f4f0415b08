/** RuntimeLink over the control socket: how managed runtimes talk. */
import type { Duplex } from "node:stream";
import { ENVIRONMENT_LIMITS, LAMBDA_LIMITS } from "../../config/mod.ts";
import { FROM_GUEST, FrameReader, invokeFrameHead, readShortText } from "./frames.ts";
import {
  type DeliveredInvocation,
  type RuntimeLink,
  type RuntimeListener,
  reportedErrorType,
} from "./runtime-link.ts";

/** Frames that make no sense are ignored: the guest harms only its own invocation, which then times out. */
export function framedLink(socket: Duplex, listener: RuntimeListener): RuntimeLink {
  const reader = new FrameReader({
    bytesMax: ENVIRONMENT_LIMITS.frameBytesMax,
    onFrame: (type, body) => dispatch(type, body, listener),
    onOversized: (type, start) => {
      const id = type === FROM_GUEST.response ? readShortText(start, 0) : undefined;
      if (id !== undefined) listener.onOversizedResponse(id.text);
    },
  });
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  // The guest's end shows itself as the exit of its process; a broken pipe on the way there is no news.
  socket.on("error", () => {});
  return {
    deliver: (invocation) => {
      // A managed runtime reads its socket as soon as it has replied: sent is taken.
      listener.onTaken();
      send(socket, invocation);
    },
    close: () => socket.destroy(),
  };
}

function send(socket: Duplex, invocation: DeliveredInvocation): void {
  const { payload, requestId, deadlineMs, invokedFunctionArn, traceId, clientContext } = invocation;
  const meta = JSON.stringify({ requestId, deadlineMs, invokedFunctionArn, traceId, clientContext });
  const head = invokeFrameHead(meta, payload.length);
  socket.cork();
  socket.write(head);
  if (payload.length > 0) socket.write(payload);
  socket.uncork();
}

function dispatch(type: number, body: Buffer, listener: RuntimeListener): void {
  switch (type) {
    case FROM_GUEST.ready:
      listener.onReady();
      return;
    case FROM_GUEST.response: {
      const id = readShortText(body, 0);
      if (id === undefined) return;
      const payload = body.subarray(id.end);
      if (payload.length > LAMBDA_LIMITS.responsePayloadBytesMax) listener.onOversizedResponse(id.text);
      else listener.onResponse(id.text, payload);
      return;
    }
    case FROM_GUEST.error:
    case FROM_GUEST.fatal: {
      const id = readShortText(body, 0);
      const errorType = id && readShortText(body, id.end);
      if (!errorType) return;
      const isFatal = type === FROM_GUEST.fatal;
      listener.onError(id.text, reportedErrorType(errorType.text), body.subarray(errorType.end), isFatal);
      return;
    }
    case FROM_GUEST.initError: {
      const errorType = readShortText(body, 0);
      if (errorType) {
        listener.onInitError(reportedErrorType(errorType.text), body.subarray(errorType.end));
      }
      return;
    }
    default:
  }
}
