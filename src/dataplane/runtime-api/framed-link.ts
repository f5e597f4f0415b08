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
    onFrame: (type, body) => {
      // Unread bytes fill the socket, and the guest's writes wait.
      if (!dispatch(type, body, listener)) socket.pause();
    },
    onOversized: (type, start) => {
      const id = type === FROM_GUEST.response ? readShortText(start, 0) : undefined;
      if (id !== undefined) listener.onOversizedResponse(id.text);
    },
  });
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  // The guest's end shows itself as the exit of its process; a broken pipe on the way there is no news.
  socket.on("error", () => {});
  return {
    asksForWork: false,
    deliver: (invocation) => {
      // A managed runtime reads its socket as soon as it has replied: sent is taken.
      listener.onTaken();
      send(socket, invocation);
    },
    resume: () => socket.resume(),
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

/** False when the listener wants no more for now. */
function dispatch(type: number, body: Buffer, listener: RuntimeListener): boolean {
  const first = readShortText(body, 0);
  if (type === FROM_GUEST.ready) listener.onReady();
  if (type === FROM_GUEST.snapshot) listener.onSnapshot(body);
  if (type === FROM_GUEST.loaded) listener.onLoaded(body);
  if (first === undefined) return true;
  const rest = body.subarray(first.end);
  const second = readShortText(body, first.end);
  switch (type) {
    case FROM_GUEST.response:
      if (rest.length > LAMBDA_LIMITS.responsePayloadBytesMax) listener.onOversizedResponse(first.text);
      else listener.onResponse(first.text, rest);
      break;
    case FROM_GUEST.responseBegin:
      if (second !== undefined) listener.onResponseBegin(first.text, second.text);
      break;
    case FROM_GUEST.responseChunk:
      return listener.onResponseChunk(first.text, rest);
    case FROM_GUEST.responseEnd:
      listener.onResponseEnd(first.text);
      break;
    case FROM_GUEST.error:
    case FROM_GUEST.fatal:
      if (second !== undefined) {
        const isFatal = type === FROM_GUEST.fatal;
        listener.onError(first.text, reportedErrorType(second.text), body.subarray(second.end), isFatal);
      }
      break;
    case FROM_GUEST.initError:
      listener.onInitError(reportedErrorType(first.text), rest);
      break;
    default:
  }
  return true;
}
