/** Tells how much of a request's body has gone out: an archive of fifty megabytes takes a moment. */
import { Readable } from "node:stream";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { CLI_LIMITS } from "../../config/mod.ts";

const { uploadPieceBytes, uploadShownBytesMin } = CLI_LIMITS;

/** The part of an HTTP request of the SDK that matters here. */
interface OutgoingRequest {
  readonly body?: unknown;
}

/** `report` is told the share of each large body that the connection has taken. */
export function reportUploads(client: LambdaClient, report: (share: number) => void): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as OutgoingRequest;
      const body = typeof request.body === "string" ? Buffer.from(request.body) : request.body;
      if (!(body instanceof Uint8Array) || body.length < uploadShownBytesMin) return next(args);
      const counted = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
        body: Readable.from(inPieces(body, report), { objectMode: false }),
      }) as typeof args.request;
      return next({ ...args, request: counted });
    },
    // After signing, which reads the body as a whole.
    { step: "deserialize", priority: "low", name: "reportUploads" },
  );
}

function* inPieces(body: Uint8Array, report: (share: number) => void): Generator<Uint8Array> {
  for (let from = 0; from < body.length; from += uploadPieceBytes) {
    yield body.subarray(from, from + uploadPieceBytes);
    report(Math.min(1, (from + uploadPieceBytes) / body.length));
  }
}
