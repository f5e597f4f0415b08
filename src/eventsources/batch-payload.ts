/** From records to the events of invocations. */
import { LAMBDA_LIMITS } from "../config/mod.ts";

const BEGIN = Buffer.from('{"Records":[');
const COMMA = Buffer.from(",");
const END = Buffer.from("]}");

interface Encoded {
  readonly json: Buffer;
}

/** `more`: members after `Records`, as the JSON of an object. */
export function batchPayload(records: readonly Encoded[], more = "{}"): Buffer {
  const parts: Buffer[] = [BEGIN];
  for (const [index, { json }] of records.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(json);
  }
  return Buffer.concat([...parts, more === "{}" ? END : Buffer.from(`],${more.slice(1)}`)]);
}

/** Of an event with such records: what a record adds to it, and what there is without any. */
export function payloadBytesOf({ json }: Encoded): number {
  return json.length + COMMA.length;
}
export const PAYLOAD_FRAME_BYTES = BEGIN.length + END.length;

/** In order, each small enough for one invocation. A record alone always is. */
export function splitBySize<Record extends Encoded>(
  records: readonly Record[],
  bytesMax: number = LAMBDA_LIMITS.invokePayloadBytesMax,
): Record[][] {
  const batches: Record[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const more = payloadBytesOf(record);
    if (bytes + more > bytesMax) {
      batches.push([]);
      bytes = PAYLOAD_FRAME_BYTES;
    }
    batches.at(-1)?.push(record);
    bytes += more;
  }
  return batches;
}
