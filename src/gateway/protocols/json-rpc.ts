/** AWS JSON 1.0 and 1.1: the operation is in `X-Amz-Target`, everything else in one JSON body. */
import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../../errors/mod.ts";
import { type HttpAnswer, header } from "../http-message.ts";
import type { LoadedService, OperationSchema } from "../service.ts";
import { decodeValue } from "./decode-value.ts";
import { errorShape } from "./error-shape.ts";
import { EVENT_STREAM_TYPE, eventStreamFrames, initialResponse } from "./event-stream.ts";
import type { Protocol, RoutedOperation } from "./protocol.ts";
import { asRecord, encodeJson, parseBody } from "./rest-json.ts";

/** Clients of either version read both. */
const CONTENT_TYPE = "application/x-amz-json-1.1";
const CONTENT_TYPE_1_0 = "application/x-amz-json-1.0";

export const jsonRpc: Protocol = {
  route(request, service): RoutedOperation {
    const target = header(request, "x-amz-target") ?? "";
    const name = target.slice(target.lastIndexOf(".") + 1);
    const operation = service.operations.get(name);
    if (operation === undefined) {
      throw new ApiError("UnknownOperationException", `Unknown operation: ${name.slice(0, 200)}`);
    }
    return { operation, service, labels: {} };
  },

  decode(request, { operation }): Record<string, unknown> {
    const body = asRecord(parseBody(request.body));
    return (decodeValue(operation.input, body) ?? {}) as Record<string, unknown>;
  },

  encode(output, { operation, service }): HttpAnswer {
    const streamed = streamedMember(operation);
    if (streamed !== undefined) return streamedAnswer(output, streamed, service);
    const body = operation.output.isStructSchema() ? encodeJson(operation.output, output) : "";
    return { status: 200, headers: { "Content-Type": contentType(service) }, body };
  },

  encodeError(error, service): HttpAnswer {
    const shape = errorShape(error, service);
    // Framework errors are 404 and 403 only where paths and headers carry meaning; here AWS answers 400.
    const isKept = service?.definition.keepsQueryStatuses === true && service.errors.has(error.code);
    const status = isKept || shape.status >= 500 || shape.status === 413 ? shape.status : 400;
    return {
      status,
      headers: {
        ...shape.headers,
        "Content-Type": contentType(service),
        "x-amzn-ErrorType": error.code,
        // Clients that had the query protocol before go on reading its codes (the awsQueryCompatible trait).
        ...(service?.definition.speaksQueryToo && {
          "x-amzn-query-error": `${shape.queryCode};${shape.isSenderFault ? "Sender" : "Receiver"}`,
        }),
      },
      body: JSON.stringify({ __type: error.code, ...shape.members }),
    };
  },
};

type Streamed = readonly [member: string, schema: NormalizedSchema];

function streamedMember({ output }: OperationSchema): Streamed | undefined {
  if (!output.isStructSchema()) return undefined;
  return [...output.structIterator()].find(([, schema]) => schema.isStreaming());
}

/** No answer here has members beside its stream. */
function streamedAnswer(
  output: Readonly<Record<string, unknown>>,
  [member, schema]: Streamed,
  service: LoadedService,
): HttpAnswer {
  async function* frames(): AsyncGenerator<Buffer> {
    yield initialResponse(Buffer.from("{}"), contentType(service));
    yield* eventStreamFrames(schema, output[member] as AsyncIterable<never>, encodeJson);
  }
  return { status: 200, headers: { "Content-Type": EVENT_STREAM_TYPE }, body: frames() };
}

/** The services that had the query protocol before speak version 1.0. */
function contentType(service: LoadedService | undefined): string {
  return service?.definition.speaksQueryToo ? CONTENT_TYPE_1_0 : CONTENT_TYPE;
}
