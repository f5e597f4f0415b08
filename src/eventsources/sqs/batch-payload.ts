/** From records to the events of invocations. */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import type { BatchRecord } from "./gather-batch.ts";

const BEGIN = Buffer.from('{"Records":[');
const COMMA = Buffer.from(",");
const END = Buffer.from("]}");

export function batchPayload(records: readonly BatchRecord[]): Buffer {
  const parts: Buffer[] = [BEGIN];
  for (const [index, { json }] of records.entries()) {
    if (index > 0) parts.push(COMMA);
    parts.push(json);
  }
  return Buffer.concat([...parts, END]);
}

/** In order, each small enough for one invocation. A record alone always is. */
export function splitBySize(
  records: readonly BatchRecord[],
  bytesMax: number = LAMBDA_LIMITS.invokePayloadBytesMax,
): BatchRecord[][] {
  const batches: BatchRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const more = record.json.length + COMMA.length;
    if (bytes + more > bytesMax) {
      batches.push([]);
      bytes = BEGIN.length + END.length;
    }
    batches.at(-1)?.push(record);
    bytes += more;
  }
  return batches;
}
