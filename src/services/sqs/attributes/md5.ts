/** The digests by which clients see that a message arrived whole. Source: "Calculating the MD5 message digest for message attributes". */
import { hash } from "node:crypto";
import type { MessageAttributes } from "./message-attributes.ts";

const STRING = 1;
const BINARY = 2;

export function md5OfBody(body: string): string {
  return hash("md5", body);
}

/** Names in order of their bytes; each of name, type and value with its length before it. */
export function md5OfAttributes(attributes: MessageAttributes | undefined): string | undefined {
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
