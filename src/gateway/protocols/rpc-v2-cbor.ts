/** Smithy RPC v2 with CBOR: service and operation are in the path, everything else in one CBOR body. */
import { ApiError, serializationError } from "../../errors/mod.ts";
import type { HttpAnswer, HttpRequest } from "../http-message.ts";
import { header } from "../http-message.ts";
import { decodeValue } from "./decode-value.ts";
import { errorShape } from "./error-shape.ts";
import type { Protocol, RoutedOperation } from "./protocol.ts";
import { cborPart } from "./sdk-parts.ts";

const PATH = /^\/service\/[^/]{1,200}\/operation\/([^/]{1,200})$/;
const HEADERS = { "Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" };
/** The tag of an epoch time. Source: RFC 8949, section 3.4.2. */
const EPOCH_TAG = 1;
const DEPTH_MAX = 64;

/** Every request and answer of the protocol says so in this header. Source: "Smithy RPC v2 CBOR protocol" page. */
export function speaksCbor(head: Pick<HttpRequest, "headers">): boolean {
  return header(head, "smithy-protocol") === "rpc-v2-cbor";
}

export const rpcV2Cbor: Protocol = {
  route(request, service): RoutedOperation {
    const name = PATH.exec(request.path)?.[1] ?? "";
    const operation = service.operations.get(name);
    if (operation === undefined) {
      throw new ApiError("UnknownOperationException", `Unknown operation: ${name.slice(0, 200)}`);
    }
    return { operation, service, labels: {} };
  },

  decode({ body }, { operation }): Record<string, unknown> {
    if (body.length === 0 || !operation.input.isStructSchema()) return {};
    return (decodeValue(operation.input, parse(body)) ?? {}) as Record<string, unknown>;
  },

  encode(output, { operation }): HttpAnswer {
    if (!operation.output.isStructSchema()) {
      return { status: 200, headers: { "smithy-protocol": "rpc-v2-cbor" }, body: "" };
    }
    const { CborCodec } = cborPart();
    const serializer = new CborCodec().createSerializer();
    serializer.write(operation.output, output);
    return { status: 200, headers: { ...HEADERS }, body: Buffer.from(serializer.flush()) };
  },

  encodeError(error, service): HttpAnswer {
    const shape = errorShape(error, service);
    // The front end's own errors are 404 only where paths carry meaning.
    const isModelled = service?.errors.has(error.code) ?? false;
    const status = isModelled || shape.status >= 500 || shape.status === 413 ? shape.status : 400;
    return {
      status,
      headers: {
        ...shape.headers,
        ...HEADERS,
        ...(service?.definition.speaksQueryToo && {
          "x-amzn-query-error": `${shape.queryCode};${shape.isSenderFault ? "Sender" : "Receiver"}`,
        }),
      },
      body: Buffer.from(cborPart().cbor.serialize({ __type: error.code, ...shape.members })),
    };
  },
};

/** Throws SerializationException. */
function parse(body: Buffer): unknown {
  let parsed: unknown;
  try {
    parsed = cborPart().cbor.deserialize(body);
  } catch (error) {
    throw serializationError(`Could not parse request body into cbor: ${(error as Error).message}`);
  }
  return untagged(parsed, 0);
}

/** Times come as tagged numbers of seconds; everything else is as JSON has it, bytes apart. */
function untagged(value: unknown, depth: number): unknown {
  if (depth > DEPTH_MAX) throw serializationError("The request is nested too deeply.");
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => untagged(item, depth + 1));
  if (cborPart().tagSymbol in value) {
    const tagged = value as { tag?: unknown; value?: unknown };
    const isTime = Number(tagged.tag) === EPOCH_TAG && typeof tagged.value === "number";
    return isTime ? new Date(Number(tagged.value) * 1000) : untagged(tagged.value, depth + 1);
  }
  const record: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) record[key] = untagged(item, depth + 1);
  return record;
}
