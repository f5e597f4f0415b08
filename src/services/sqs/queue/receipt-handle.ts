/** Receipt handles: which message, and which time it was received. Opaque to callers, checked for being one of ours. */
import { createHash } from "node:crypto";

export interface Receipt {
  readonly queueId: number;
  readonly sequence: number;
  /** How often the message had been received with this one. */
  readonly receiveCount: number;
  /** Which life of the server gave it: what was in flight is forgotten at its end. */
  readonly life: number;
}

const BODY_BYTES = 24;
const CHECK_BYTES = 12;

export function encodeReceipt({ queueId, sequence, receiveCount, life }: Receipt): string {
  const bytes = Buffer.alloc(BODY_BYTES + CHECK_BYTES);
  bytes.writeUIntBE(queueId, 0, 6);
  bytes.writeBigUInt64BE(BigInt(sequence), 6);
  bytes.writeUInt32BE(receiveCount, 14);
  bytes.writeUIntBE(life, 18, 6);
  checkOf(bytes).copy(bytes, BODY_BYTES);
  return bytes.toString("base64");
}

/** Undefined when it is none. */
export function decodeReceipt(handle: string): Receipt | undefined {
  const bytes = Buffer.from(handle, "base64");
  if (bytes.length !== BODY_BYTES + CHECK_BYTES) return undefined;
  if (!checkOf(bytes).equals(bytes.subarray(BODY_BYTES))) return undefined;
  return {
    queueId: bytes.readUIntBE(0, 6),
    sequence: Number(bytes.readBigUInt64BE(6)),
    receiveCount: bytes.readUInt32BE(14),
    life: bytes.readUIntBE(18, 6),
  };
}

/** Against mistakes, not against attackers: whoever may call may also receive. */
function checkOf(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes.subarray(0, BODY_BYTES)).digest().subarray(0, CHECK_BYTES);
}
