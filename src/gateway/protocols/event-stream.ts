/** AWS event streams: a sequence of framed events instead of one body. Framing is the SDK's own codec. */
import type { EventStreamCodec } from "@smithy/core/event-streams";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { MessageHeaders } from "@smithy/types";
import { eventStreamPart } from "./sdk-parts.ts";

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

let codec: EventStreamCodec | undefined;

/** Static schemas of errors begin with it. */
const ERROR = -3;

/** What protocols without headers for it send first: the members of the answer that are no stream. */
export function initialResponse(body: Uint8Array, contentType: string): Buffer {
  return message("initial-response", contentType, body);
}

/** `union` is the schema of the events; each event has the one member that names its kind. */
export async function* eventStreamFrames(
  union: NormalizedSchema,
  events: AsyncIterable<Readonly<Record<string, unknown>>>,
  encodeJson: (schema: NormalizedSchema, value: unknown) => Uint8Array,
): AsyncGenerator<Buffer> {
  for await (const event of events) {
    for (const [kind, schema] of union.structIterator()) {
      const value = event[kind] as Readonly<Record<string, unknown>> | undefined;
      if (value !== undefined) yield frame(kind, schema, value, encodeJson);
    }
  }
}

function frame(
  kind: string,
  schema: NormalizedSchema,
  value: Readonly<Record<string, unknown>>,
  encodeJson: (schema: NormalizedSchema, value: unknown) => Uint8Array,
): Buffer {
  for (const [name, member] of schema.structIterator()) {
    if (!member.getMergedTraits().eventPayload || !member.isBlobSchema()) continue;
    return message(
      kind,
      "application/octet-stream",
      (value[name] as Uint8Array | undefined) ?? new Uint8Array(),
    );
  }
  const body = encodeJson(schema, value);
  const shape = schema.getSchema();
  if (Array.isArray(shape) && shape[0] === ERROR) return exception(kind, body);
  return message(kind, "application/json", body);
}

/** An error that ends the stream. */
function exception(kind: string, body: Uint8Array): Buffer {
  return encoded(
    {
      ":exception-type": { type: "string", value: kind },
      ":content-type": { type: "string", value: "application/json" },
      ":message-type": { type: "string", value: "exception" },
    },
    body,
  );
}

function message(kind: string, contentType: string, body: Uint8Array): Buffer {
  return encoded(
    {
      ":event-type": { type: "string", value: kind },
      ":content-type": { type: "string", value: contentType },
      ":message-type": { type: "string", value: "event" },
    },
    body,
  );
}

function encoded(headers: MessageHeaders, body: Uint8Array): Buffer {
  codec ??= new (eventStreamPart().EventStreamCodec)(
    (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
    (text) => Buffer.from(text, "utf8"),
  );
  const bytes = codec.encode({ headers, body });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
