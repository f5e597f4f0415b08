/** AWS rest-json: the operation is in method and path, members in path, query, headers and a JSON body. */
import { JsonCodec2 } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { type ApiError, serializationError, unknownOperation } from "../../errors/mod.ts";
import { type HttpAnswer, type HttpRequest, header } from "../http-message.ts";
import type { LoadedService, OperationSchema } from "../service.ts";
import { decodeValue } from "./decode-value.ts";
import { errorShape } from "./error-shape.ts";
import { EVENT_STREAM_TYPE, eventStreamFrames } from "./event-stream.ts";
import type { Protocol, RoutedOperation } from "./protocol.ts";

const EPOCH_SECONDS = 7;
const codec = new JsonCodec2({
  timestampFormat: { useTrait: true, default: EPOCH_SECONDS },
  jsonName: true,
});

type Place =
  | { readonly kind: "label" }
  | { readonly kind: "query"; readonly name: string }
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: "payload" }
  | { readonly kind: "status" }
  | { readonly kind: "body" };

interface Binding {
  readonly member: string;
  readonly wire: string;
  readonly place: Place;
  readonly schema: NormalizedSchema;
}

interface Route {
  readonly operation: OperationSchema;
  readonly method: string;
  /** Literal text or a label's name. */
  readonly segments: readonly { readonly text: string; readonly isLabel: boolean }[];
  /** `?find=LayerVersion` in the modelled uri. */
  readonly queryLiterals: readonly (readonly [string, string])[];
}

const routesByService = new WeakMap<LoadedService, Map<string, Route[]>>();
const bindingsBySchema = new WeakMap<NormalizedSchema, readonly Binding[]>();

export const restJson: Protocol = {
  route(request, service): RoutedOperation {
    const segments = splitPath(request.path);
    const candidates = routesOf(service).get(routeKey(request.method, segments.length)) ?? [];
    for (const route of candidates) {
      const labels = match(route, segments, request);
      if (labels !== undefined) return { operation: route.operation, service, labels };
    }
    throw unknownOperation(`${request.method} ${request.path.slice(0, 200)}`);
  },

  decode(request, { operation, labels }): Record<string, unknown> {
    const input: Record<string, unknown> = {};
    let body: Readonly<Record<string, unknown>> | undefined;
    for (const binding of bindingsOf(operation.input)) {
      const { place, schema, member } = binding;
      let value: unknown;
      switch (place.kind) {
        case "label":
          value = fromText(schema, labels[member]);
          break;
        case "query":
          value = fromQuery(schema, request.query, place.name);
          break;
        case "header":
          value = fromText(schema, header(request, place.name));
          break;
        case "payload":
          value = schema.isBlobSchema() ? request.body : decodeValue(schema, parseBody(request.body));
          break;
        case "status":
          break;
        case "body":
          body ??= asRecord(parseBody(request.body));
          value = decodeValue(schema, Object.hasOwn(body, binding.wire) ? body[binding.wire] : undefined);
          break;
        default:
          place satisfies never;
      }
      if (value !== undefined) input[member] = value;
    }
    return input;
  },

  encode(output, { operation }): HttpAnswer {
    const headers: Record<string, string> = {};
    let status = operation.http?.[2] ?? 200;
    let payload: Buffer | string | undefined;
    let events: { schema: NormalizedSchema; value: unknown } | undefined;
    const body: Record<string, unknown> = {};
    let hasBodyMembers = false;
    for (const { member, place, schema } of bindingsOf(operation.output)) {
      hasBodyMembers ||= place.kind === "body";
      const value = output[member];
      if (value === undefined || value === null) continue;
      if (place.kind === "header") headers[place.name] = String(value);
      else if (place.kind === "status") status = Number(value);
      else if (place.kind === "payload" && schema.isStreaming()) events = { schema, value };
      else if (place.kind === "payload") payload = payloadOf(schema, value);
      else body[member] = value;
    }
    if (typeof output["$status"] === "number") status = output["$status"];
    if (events !== undefined) {
      // The model binds the response's own type to this header, too; the stream's type is what AWS sends (reported).
      headers["Content-Type"] = EVENT_STREAM_TYPE;
      const frames = eventStreamFrames(events.schema, events.value as AsyncIterable<never>, encodeJson);
      return { status, headers, body: frames };
    }
    if (payload !== undefined) {
      headers["Content-Type"] = "application/json";
      return { status, headers, body: payload };
    }
    if (!hasBodyMembers || status === 204) return { status, headers, body: "" };
    headers["Content-Type"] = "application/json";
    return { status, headers, body: encodeJson(operation.output, body) };
  },

  encodeError(error: ApiError, service, _requestId): HttpAnswer {
    const shape = errorShape(error, service);
    return {
      status: shape.status,
      headers: {
        ...shape.headers,
        "Content-Type": "application/json",
        "x-amzn-ErrorType": error.code,
      },
      body: JSON.stringify(shape.members),
    };
  },
};

function splitPath(path: string): string[] {
  const segments = path.split("/").slice(1);
  // Older SDKs end some paths with a slash.
  if (segments.at(-1) === "") segments.pop();
  return segments;
}

function routeKey(method: string, segmentCount: number): string {
  return `${method} ${segmentCount}`;
}

function routesOf(service: LoadedService): Map<string, Route[]> {
  const known = routesByService.get(service);
  if (known !== undefined) return known;
  const routes = new Map<string, Route[]>();
  for (const operation of service.operations.values()) {
    if (operation.http === undefined) continue;
    const [method, uri] = operation.http;
    const [path = "", query = ""] = uri.split("?");
    const segments = splitPath(path).map((text) =>
      text.startsWith("{") ? { text: text.slice(1, -1), isLabel: true } : { text, isLabel: false },
    );
    const key = routeKey(method, segments.length);
    const group = routes.get(key) ?? [];
    group.push({ operation, method, segments, queryLiterals: [...new URLSearchParams(query)] });
    // The more a route demands literally, the earlier it is tried.
    group.sort((a, b) => literals(b) - literals(a));
    routes.set(key, group);
  }
  routesByService.set(service, routes);
  return routes;
}

function literals(route: Route): number {
  return route.segments.filter((segment) => !segment.isLabel).length + route.queryLiterals.length;
}

function match(
  route: Route,
  segments: readonly string[],
  request: HttpRequest,
): Record<string, string> | undefined {
  for (const [index, segment] of route.segments.entries()) {
    if (!segment.isLabel && segment.text !== segments[index]) return undefined;
  }
  for (const [name, value] of route.queryLiterals) {
    if (request.query.get(name) !== value) return undefined;
  }
  const labels: Record<string, string> = {};
  for (const [index, segment] of route.segments.entries()) {
    if (!segment.isLabel) continue;
    const text = decodeSegment(segments[index] ?? "");
    if (text === "") return undefined;
    labels[segment.text] = text;
  }
  return labels;
}

function decodeSegment(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    throw serializationError("The path is not valid percent-encoded UTF-8.");
  }
}

function bindingsOf(schema: NormalizedSchema): readonly Binding[] {
  const known = bindingsBySchema.get(schema);
  if (known !== undefined) return known;
  const bindings: Binding[] = [];
  if (schema.isStructSchema()) {
    for (const [member, memberSchema] of schema.structIterator()) {
      const traits = memberSchema.getMergedTraits();
      bindings.push({
        member,
        wire: traits.jsonName ?? member,
        place: placeOf(traits),
        schema: memberSchema,
      });
    }
  }
  bindingsBySchema.set(schema, bindings);
  return bindings;
}

function placeOf(traits: ReturnType<NormalizedSchema["getMergedTraits"]>): Place {
  if (traits.httpLabel) return { kind: "label" };
  if (traits.httpQuery !== undefined) return { kind: "query", name: traits.httpQuery };
  if (traits.httpHeader !== undefined) return { kind: "header", name: traits.httpHeader.toLowerCase() };
  if (traits.httpPayload) return { kind: "payload" };
  if (traits.httpResponseCode) return { kind: "status" };
  return { kind: "body" };
}

/** Numbers, booleans and times travel as text outside the body. */
function fromText(schema: NormalizedSchema, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (schema.isNumericSchema() || schema.isBigIntegerSchema()) {
    const value = Number(text);
    if (text.trim() === "" || Number.isNaN(value)) {
      throw serializationError("STRING_VALUE can not be converted to a Number");
    }
    return value;
  }
  if (schema.isBooleanSchema()) {
    if (text !== "true" && text !== "false") {
      throw serializationError("STRING_VALUE can not be converted to a Boolean");
    }
    return text === "true";
  }
  if (schema.isTimestampSchema()) {
    const time = new Date(/^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : text);
    if (Number.isNaN(time.getTime())) {
      throw serializationError("STRING_VALUE can not be converted to a Timestamp");
    }
    return time;
  }
  return text;
}

function fromQuery(schema: NormalizedSchema, query: URLSearchParams, name: string): unknown {
  if (!schema.isListSchema()) return fromText(schema, query.get(name) ?? undefined);
  const values = query.getAll(name);
  return values.length === 0 ? undefined : values.map((value) => fromText(schema.getValueSchema(), value));
}

/** An empty body is an empty object. Throws SerializationException. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw serializationError(`Could not parse request body into json: ${(error as Error).message}`);
  }
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw serializationError("The request body must be a JSON object.");
  }
  return value as Readonly<Record<string, unknown>>;
}

function payloadOf(schema: NormalizedSchema, value: unknown): Buffer | string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return encodeJson(schema, value);
}

export function encodeJson(schema: NormalizedSchema, value: unknown): Buffer {
  const serializer = codec.createSerializer();
  serializer.write(schema, value);
  const written: string | Uint8Array = serializer.flush();
  return typeof written === "string"
    ? Buffer.from(written)
    : Buffer.from(written.buffer, written.byteOffset, written.byteLength);
}
