/**
 * Turns parsed JSON into an operation's input by its schema, strictly: what is not of the declared type is a
 * SerializationException, unknown members are dropped. The SDK's own decoder trusts its peer; a server cannot.
 */
import type { NormalizedSchema } from "@smithy/core/schema";
import { serializationError } from "../../errors/mod.ts";

/** Deeper inputs than any AWS shape has are refused before they can exhaust the stack. */
const DEPTH_MAX = 64;

/** JSON null counts as absent: the result is undefined. Throws SerializationException. */
export function decodeValue(schema: NormalizedSchema, value: unknown, depth = 0): unknown {
  if (value === null || value === undefined) return undefined;
  if (depth > DEPTH_MAX) throw serializationError("The request is nested too deeply.");
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return decodeStruct(schema, asObject(value), depth);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw mismatch(value, "a List");
    const item = schema.getValueSchema();
    return value.map((entry) => decodeValue(item, entry, depth + 1)).filter((entry) => entry !== undefined);
  }
  if (schema.isMapSchema()) {
    const item = schema.getValueSchema();
    // No prototype: a key such as __proto__ is data.
    const map: Record<string, unknown> = Object.create(null);
    for (const [key, entry] of Object.entries(asObject(value))) {
      const decoded = decodeValue(item, entry, depth + 1);
      if (decoded !== undefined) map[key] = decoded;
    }
    return map;
  }
  return decodeScalar(schema, value);
}

function decodeStruct(
  schema: NormalizedSchema,
  record: Readonly<Record<string, unknown>>,
  depth: number,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const wire = member.getMergedTraits().jsonName ?? name;
    const raw = Object.hasOwn(record, wire) ? record[wire] : undefined;
    const decoded = decodeValue(member, raw, depth + 1);
    if (decoded !== undefined) result[name] = decoded;
  }
  return result;
}

function decodeScalar(schema: NormalizedSchema, value: unknown): unknown {
  if (schema.isStringSchema()) {
    if (typeof value !== "string") throw mismatch(value, "a String");
    return value;
  }
  // Bytes and times are what they are where the wire knows them (CBOR); JSON has no such values.
  if (schema.isBlobSchema()) return value instanceof Uint8Array ? value : decodeBase64(value);
  if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") throw mismatch(value, "a Boolean");
    return value;
  }
  if (schema.isTimestampSchema()) {
    if (value instanceof Date) return value;
    if (typeof value !== "number") throw mismatch(value, "a Timestamp");
    return new Date(value * 1000);
  }
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    if (typeof value !== "number") throw mismatch(value, "a Number");
    return value;
  }
  return value;
}

/** Throws SerializationException unless `value` is base64, with or without its padding. */
export function decodeBase64(value: unknown): Buffer {
  if (typeof value !== "string") throw mismatch(value, "a Blob");
  const bytes = Buffer.from(value, "base64");
  const significant = value.replace(/=+$/, "").length;
  // Buffer.from skips what is not base64; then fewer bytes come out than the text's length promises.
  if (bytes.length !== Math.floor((significant * 3) / 4)) {
    throw serializationError("A blob member is not valid base64.");
  }
  return bytes;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw mismatch(value, "a Structure");
  }
  return value as Readonly<Record<string, unknown>>;
}

function mismatch(value: unknown, target: string): Error {
  const kind = Array.isArray(value) ? "LIST_VALUE" : `${typeof value}_VALUE`.toUpperCase();
  return serializationError(`${kind.replace("OBJECT", "STRUCT")} can not be converted to ${target}`);
}
