/** AWS event streams: a sequence of framed events instead of one body. Framing is the SDK's own codec. */
import { EventStreamCodec } from "@smithy/core/event-streams";
import type { NormalizedSchema } from "@smithy/core/schema";
import type { MessageHeaders } from "@smithy/types";

export const EVENT_STREAM_TYPE = "application/vnd.amazon.eventstream";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

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
  return message(kind, "application/json", encodeJson(schema, value));
}

function message(kind: string, contentType: string, body: Uint8Array): Buffer {
  const headers: MessageHeaders = {
    ":event-type": { type: "string", value: kind },
    ":content-type": { type: "string", value: contentType },
    ":message-type": { type: "string", value: "event" },
  };
  const bytes = codec.encode({ headers, body });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
