/** Message attributes: their rules, their size, and their form on the wire and in the store. */
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { MessageAttribute } from "../../../model/mod.ts";
import { invalidParameterValue } from "../errors.ts";
import { hasInvalidCharacters } from "./characters.ts";

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;
type Given = Readonly<Record<string, MessageAttributeValue>>;

const NAME = /^[A-Za-z0-9_.-]{1,256}$/;
const TYPE = /^(String|Number|Binary)(\..{1,249})?$/s;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Undefined for none. Throws InvalidParameterValue. Source of the rules: "Amazon SQS message metadata" page. */
export function checkedMessageAttributes(given: Given | undefined): MessageAttributes | undefined {
  const entries = Object.entries(given ?? {});
  if (entries.length === 0) return undefined;
  if (entries.length > SQS_LIMITS.messageAttributesMax) {
    throw invalidParameterValue(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${SQS_LIMITS.messageAttributesMax}].`,
    );
  }
  const kept: Record<string, MessageAttribute> = Object.create(null);
  for (const [name, value] of entries) {
    checkName(name);
    kept[name] = checkedValue(name, value);
  }
  return kept;
}

/** Names, types and values count. */
export function attributesBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, { type, text, base64 }] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(type);
    bytes += text === undefined ? Buffer.byteLength(base64 ?? "", "base64") : Buffer.byteLength(text);
  }
  return bytes;
}

/** `names` may be `All`, `.*`, a name, or a prefix with `.*` behind it (ReceiveMessage page). */
export function chosenAttributes(
  attributes: MessageAttributes | undefined,
  names: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || names.length === 0) return undefined;
  if (names.includes("All") || names.includes(".*")) return attributes;
  const prefixes = names.filter((name) => name.endsWith(".*")).map((name) => name.slice(0, -2));
  const chosen = Object.entries(attributes).filter(
    ([name]) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return chosen.length === 0 ? undefined : Object.fromEntries(chosen);
}

export function shownAttributes(attributes: MessageAttributes): Record<string, MessageAttributeValue> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { type, text, base64 }]) => [
      name,
      {
        ...(text === undefined
          ? { BinaryValue: Buffer.from(base64 ?? "", "base64") }
          : { StringValue: text }),
        DataType: type,
      },
    ]),
  );
}

function checkName(name: string): void {
  const isReserved = /^(aws|amazon)\./i.test(name);
  const isDotted = name.startsWith(".") || name.endsWith(".") || name.includes("..");
  if (NAME.test(name) && !isReserved && !isDotted) return;
  throw invalidParameterValue(
    `The message attribute name '${name.slice(0, 300)}' is invalid. Attribute name can contain A-Z, a-z, 0-9, ` +
      "underscore (_), hyphen (-), and period (.) characters. It cannot start or end with a period, have periods in " +
      "succession, or start with AWS. or Amazon.",
  );
}

function checkedValue(name: string, value: MessageAttributeValue): MessageAttribute {
  const { DataType: type, StringValue: text, BinaryValue: bytes } = value;
  if (!type)
    throw invalidParameterValue(
      `The message attribute '${name}' must contain non-empty message attribute type.`,
    );
  const kind = TYPE.exec(type)?.[1];
  if (kind === undefined) {
    throw invalidParameterValue(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type ` +
        "prefixes is Binary, Number, and String.",
    );
  }
  if (value.StringListValues?.length || value.BinaryListValues?.length) {
    throw invalidParameterValue("Message attribute list values in SendMessage operation are not supported.");
  }
  if (kind === "Binary") {
    if (bytes === undefined || bytes.length === 0) throw emptyValue(name, type);
    return { type, base64: Buffer.from(bytes).toString("base64") };
  }
  if (!text) throw emptyValue(name, type);
  if (hasInvalidCharacters(text)) {
    throw invalidParameterValue(
      `Invalid binary character was found in the message attribute value, the set of allowed characters is ` +
        "#x9 | #xA | #xD | [#x20 to #xD7FF] | [#xE000 to #xFFFD] | [#x10000 to #x10FFFF]",
    );
  }
  if (kind === "Number" && !NUMBER.test(text)) {
    throw invalidParameterValue(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { type, text };
}

/** Recorded on AWS. */
function emptyValue(name: string, type: string): Error {
  return invalidParameterValue(
    `Message (user) attribute '${name}' must contain a non-empty value of type '${type}'.`,
  );
}
