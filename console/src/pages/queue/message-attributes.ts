/** A message's own attributes, as rows that are typed and as SQS wants them. */
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";

/** What SQS takes at most. */
export const ATTRIBUTES_MAX = 10;

export interface AttributeRow {
  readonly name: string;
  readonly type: "String" | "Number" | "Binary";
  /** Binary: in base64. */
  readonly value: string;
}

export function problemOfRow({ name, type, value }: AttributeRow): string | undefined {
  if (name === "") return "A name is missing.";
  if (value === "") return "A value is missing.";
  if (type === "Number" && Number.isNaN(Number(value))) return "This is not a number.";
  if (type === "Binary" && bytesOf(value) === undefined) return "This is not base64.";
  return undefined;
}

export function toAttributes(rows: readonly AttributeRow[]): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    rows.map(({ name, type, value }) => [
      name,
      type === "Binary"
        ? { DataType: type, BinaryValue: bytesOf(value) ?? new Uint8Array() }
        : { DataType: type, StringValue: value },
    ]),
  );
}

export function attributeText({ StringValue, BinaryValue, DataType = "" }: MessageAttributeValue): string {
  const text = StringValue ?? (BinaryValue === undefined ? "" : `${BinaryValue.length} bytes`);
  return `${text} (${DataType})`;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
