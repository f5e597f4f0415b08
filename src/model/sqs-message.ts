/** What a client and a function both see of a queue's message: its attributes, digests and number. */
import { hash } from "node:crypto";

/** A message attribute as callers send it; binary values in base64. */
export interface MessageAttribute {
  readonly type: string;
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
}

/** A message of somebody within this process. */
export interface TextToSend {
  readonly body: string;
  readonly attributes?: Attributes | undefined;
  readonly traceHeader?: string | undefined;
}

type Attributes = Readonly<Record<string, MessageAttribute>>;

const STRING = 1;
const BINARY = 2;

export function md5OfBody(body: string): string {
  return hash("md5", body);
}

/**
 * Names in order; each of name, type and value with its length before it.
 * Source: "Calculating the MD5 message digest for message attributes".
 */
export function md5OfAttributes(attributes: Attributes | undefined): string | undefined {
  if (attributes === undefined) return undefined;
  const parts: Buffer[] = [];
  for (const name of Object.keys(attributes).sort()) {
    const { type = "", text, base64 } = attributes[name] ?? {};
    parts.push(...withLength(Buffer.from(name)), ...withLength(Buffer.from(type)));
    parts.push(Buffer.from([text === undefined ? BINARY : STRING]));
    parts.push(...withLength(text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text)));
  }
  return hash("md5", Buffer.concat(parts));
}

function withLength(bytes: Buffer): [Buffer, Buffer] {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}

/** Twenty digits that rise. AWS's begin with 188, too. */
export function sequenceNumber(sequence: number): string {
  return String(18_800_000_000_000_000_000n + BigInt(sequence));
}
