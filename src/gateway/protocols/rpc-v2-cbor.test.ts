/** CBOR that nobody sane would send is refused, and never more than that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cbor, tag } from "@smithy/core/cbor";
import fc from "fast-check";
import { ApiError } from "../../errors/mod.ts";
import { clientSchemas } from "../client-schemas.ts";
import type { HttpRequest } from "../http-message.ts";
import { loadService } from "../service.ts";
import { rpcV2Cbor } from "./rpc-v2-cbor.ts";

const service = await loadService({
  name: "monitoring",
  protocol: "json",
  loadSchemas: () => clientSchemas("@aws-sdk/client-cloudwatch"),
  loadConstraints: () => ({ operations: {}, shapes: {} }),
  operations: {},
});

function request(body: Uint8Array, operation = "PutMetricData"): HttpRequest {
  return {
    method: "POST",
    path: `/service/GraniteServiceVersion20100801/operation/${operation}`,
    ...{ query: new URLSearchParams(), queryText: "", headers: {}, remoteAddress: "" },
    body: Buffer.from(body),
  };
}

function decoded(body: Uint8Array): Record<string, unknown> {
  const whole = request(body);
  return rpcV2Cbor.decode(whole, rpcV2Cbor.route(whole, service));
}

/** The code of the refusal; fails for anything else that is thrown. */
function refusal(decode: () => unknown): string | undefined {
  try {
    decode();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error));
    return error.code;
  }
}

test("members and times are read, strangers among them left out", () => {
  const datum = { MetricName: "m", Value: 1.5, Timestamp: tag({ tag: 1, value: 1000.5 }), Unknown: [1] };
  assert.deepEqual(
    decoded(cbor.serialize({ Namespace: "N", MetricData: [datum], StrictEntityValidation: true })),
    {
      Namespace: "N",
      MetricData: [{ MetricName: "m", Value: 1.5, Timestamp: new Date(1_000_500) }],
      StrictEntityValidation: true,
    },
  );
  assert.deepEqual(decoded(new Uint8Array()), {});
});

test("wrong types and unknown operations are refused", () => {
  for (const wrong of [
    { Namespace: 1 },
    { MetricData: {} },
    { MetricData: ["x"] },
    { StrictEntityValidation: "y" },
    [],
  ]) {
    assert.equal(
      refusal(() => decoded(cbor.serialize(wrong))),
      "SerializationException",
      JSON.stringify(wrong),
    );
  }
  assert.equal(
    refusal(() => rpcV2Cbor.route(request(new Uint8Array(), "Nothing"), service)),
    "UnknownOperationException",
  );
});

test("broken, endless and nested bytes are refused", () => {
  const bodies = [
    [0xff],
    [0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    [0xbf, 0x61],
    [0x7b, 0, 0, 0, 1, 0, 0, 0, 0],
    new Array<number>(100_000).fill(0x81),
    new Array<number>(100_000).fill(0xc1),
    [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  ];
  for (const bytes of bodies) {
    assert.equal(
      refusal(() => decoded(Uint8Array.from(bytes))),
      "SerializationException",
      String(bytes.slice(0, 9)),
    );
  }
});

test("whatever comes, the answer is an input or a refusal", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      refusal(() => decoded(bytes));
    }),
    { numRuns: 2000 },
  );
});
