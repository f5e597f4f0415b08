/** AWS query: a form-encoded `Action` with dotted member names in, XML out. */
import type { NormalizedSchema } from "@smithy/core/schema";
import { ApiError, serializationError } from "../../errors/mod.ts";
import type { HttpAnswer, HttpRequest } from "../http-message.ts";
import { decodeBase64 } from "./decode-value.ts";
import { errorShape } from "./error-shape.ts";
import type { Protocol, RoutedOperation } from "./protocol.ts";
import { xmlPart } from "./sdk-parts.ts";

const DATE_TIME = 5;
const LIST_ITEMS_MAX = 1000;

/** Parameters come from the form body, or from the query string of a GET. */
export function formOf(request: HttpRequest): URLSearchParams {
  return request.method === "GET" ? request.query : new URLSearchParams(request.body.toString("utf8"));
}

export const query: Protocol = {
  route(request, service): RoutedOperation {
    const action = formOf(request).get("Action");
    if (action === null) {
      throw new ApiError("MissingAction", "The request must contain the parameter Action.");
    }
    const operation = service.operations.get(action);
    if (operation === undefined) {
      const version = service.definition.apiVersion ?? "";
      throw new ApiError(
        "InvalidAction",
        `Could not find operation ${action.slice(0, 200)} for version ${version}`,
      );
    }
    return { operation, service, labels: {} };
  },

  decode(request, { operation, service }): Record<string, unknown> {
    if (!operation.input.isStructSchema()) return {};
    const input = (readStruct(operation.input, formOf(request), "") ?? {}) as Record<string, unknown>;
    const { queryPathMember: member } = service.definition;
    if (member === undefined || request.path === "/" || input[member] !== undefined) return input;
    return { ...input, [member]: request.path };
  },

  encode(output, { operation, service }, requestId): HttpAnswer {
    const namespace = service.definition.xmlNamespace ?? "";
    // What answers nothing has no such element.
    const result = operation.output.isStructSchema()
      ? `<${operation.name}Result>${writeResult(operation.output, output)}</${operation.name}Result>`
      : "";
    const body =
      `<${operation.name}Response xmlns="${namespace}">${result}` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation.name}Response>`;
    return { status: 200, headers: { "Content-Type": "text/xml" }, body };
  },

  encodeError(error, service, requestId): HttpAnswer {
    const shape = errorShape(error, service);
    const namespace = service?.definition.xmlNamespace;
    const text = service?.definition.queryTexts?.[error.code] ?? error.message;
    const body =
      `<ErrorResponse${namespace === undefined ? "" : ` xmlns="${namespace}"`}>` +
      `<Error><Type>${shape.isSenderFault ? "Sender" : "Receiver"}</Type>` +
      `<Code>${escapeXml(shape.queryCode)}</Code><Message>${escapeXml(text)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`;
    return {
      // Errors of the front end are 404 only where paths carry meaning.
      status: shape.status === 404 && !service?.errors.has(error.code) ? 400 : shape.status,
      headers: { "Content-Type": "text/xml" },
      body,
    };
  },
};

/** Members of the output without their wrapping element, as they stand inside `<…Result>`. */
function writeResult(schema: NormalizedSchema, output: Readonly<Record<string, unknown>>): string {
  const { XmlCodec } = xmlPart();
  const serializer = new XmlCodec({
    timestampFormat: { useTrait: true, default: DATE_TIME },
    xmlNamespace: "",
    serviceNamespace: "",
  }).createSerializer();
  serializer.write(schema, output);
  const xml = String(serializer.flush());
  return xml.replace(/^<[^>]*\/>$/, "").replace(/^<[^>]*>|<\/[^>]*>$/g, "");
}

function readStruct(schema: NormalizedSchema, form: URLSearchParams, prefix: string): unknown {
  const result: Record<string, unknown> = {};
  let isEmpty = true;
  for (const [name, member] of schema.structIterator()) {
    const value = readValue(member, form, `${prefix}${member.getMergedTraits().xmlName ?? name}`);
    if (value === undefined) continue;
    result[name] = value;
    isEmpty = false;
  }
  return isEmpty && prefix !== "" ? undefined : result;
}

function readValue(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  if (schema.isStructSchema()) return readStruct(schema, form, `${name}.`);
  if (schema.isListSchema()) return readList(schema, form, name);
  if (schema.isMapSchema()) return readMap(schema, form, name);
  const text = form.get(name);
  return text === null ? undefined : readScalar(schema, text);
}

function readList(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  const item = schema.getValueSchema();
  const isFlat = schema.getMergedTraits().xmlFlattened;
  const itemName = isFlat ? name : `${name}.${item.getMergedTraits().xmlName ?? "member"}`;
  const items = readNumbered((index) => readValue(item, form, `${itemName}.${index}`));
  if (items.length > 0) return items;
  // An empty list travels as the bare name with no value.
  return form.get(name) === "" ? [] : undefined;
}

function readMap(schema: NormalizedSchema, form: URLSearchParams, name: string): unknown {
  const entryName = schema.getMergedTraits().xmlFlattened ? name : `${name}.entry`;
  const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? "key";
  const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? "value";
  const entries = readNumbered((index) => {
    const key = form.get(`${entryName}.${index}.${keyName}`);
    if (key === null) return undefined;
    return [key, readValue(schema.getValueSchema(), form, `${entryName}.${index}.${valueName}`)] as const;
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function readNumbered<T>(read: (index: number) => T | undefined): T[] {
  const items: T[] = [];
  for (let index = 1; index <= LIST_ITEMS_MAX; index++) {
    const item = read(index);
    if (item === undefined) break;
    items.push(item);
  }
  return items;
}

function readScalar(schema: NormalizedSchema, text: string): unknown {
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isBlobSchema()) return decodeBase64(text);
  if (schema.isTimestampSchema()) return new Date(text);
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value)) {
      throw serializationError("STRING_VALUE can not be converted to a Number");
    }
    return value;
  }
  return text;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
