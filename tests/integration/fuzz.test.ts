/**
 * Random input for every operation of every service: whatever comes, the answer is a modelled error or a success, never a
 * 5xx, never a hang. A failing case prints its seed; kept seeds are in SEEDS.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, pythonZip } from "../../testkit/functions.ts";
import { PROJECT, startTestServer, type TestServer } from "../../testkit/server.ts";

/** Seeds that found something once. */
const SEEDS: readonly number[] = [];
const RUNS_PER_OPERATION = 12;

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly enum?: readonly string[];
  readonly max?: number;
}

interface Model {
  readonly operations: Readonly<
    Record<
      string,
      { readonly http: { readonly method: string; readonly uri: string }; readonly input?: string }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

function modelOf(service: string): Model {
  const file = path.join(PROJECT, "src/gateway/constraints", `${service}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Model;
}

const DEPTH_MAX = 4;

/** Mostly what the shape declares, sometimes anything. */
function valueFor(model: Model, name: string, depth = 0): fc.Arbitrary<unknown> {
  const anything = fc.jsonValue({ maxDepth: 2 });
  const shape = model.shapes[name];
  if (shape === undefined || depth > DEPTH_MAX) return anything;
  return fc.oneof(
    { weight: 8, arbitrary: declared(model, shape, depth) },
    { weight: 1, arbitrary: anything },
  );
}

function declared(model: Model, shape: Shape, depth: number): fc.Arbitrary<unknown> {
  const inner = (name: string | undefined) => valueFor(model, name ?? "", depth + 1);
  switch (shape.type) {
    case "structure":
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.members ?? {}).map(([member, name]) => [member, inner(name)]),
        ),
        { requiredKeys: [] },
      );
    case "list":
      return fc.array(inner(shape.member), { maxLength: 4 });
    case "map":
      return fc.dictionary(words, inner(shape.value), { maxKeys: 4 });
    case "boolean":
      return fc.boolean();
    case "blob":
      return fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("base64"));
    case "string":
      return shape.enum === undefined ? words : fc.oneof(fc.constantFrom(...shape.enum), words);
    default:
      return fc.oneof(fc.integer(), fc.double(), fc.constantFrom(0, -1, 1, shape.max ?? 1, 2 ** 53));
  }
}

/** Names that exist, ARNs, and strings that parsers choke on. */
const words = fc.oneof(
  fc.constantFrom(
    "there",
    "there:$LATEST",
    "$LATEST",
    "1",
    "alias",
    "/aws/lambda/there",
    "arn:aws:lambda:us-east-1:000000000000:function:there",
    "arn:aws:iam::000000000000:role/r",
    "python3.11",
    "index.handler",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "%00",
    "\u0000",
    "",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ minLength: 200, maxLength: 600 }),
);

/** Objects may carry a toString of their own that is no function. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

describe("random input", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await createFunction(lambdaClient(server.url), "there", pythonZip("def lambda_handler(e, c): return e"), {
      Timeout: 5,
    });
  });
  after(() => server.stop());

  const signed = (service: string) => ({
    Authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
  });

  async function expectNoFault(url: string, init: RequestInit): Promise<void> {
    const response = await fetch(url, init);
    const text = await response.text();
    assert.ok(response.status < 500, `${response.status} ${text}`);
    assert.match(response.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
    if (response.status >= 400) assert.match(text, /"?[mM]essage|<Message>/, text);
  }

  async function check(
    send: (input: Record<string, unknown>) => Promise<void>,
    arbitrary: fc.Arbitrary<unknown>,
  ) {
    for (const seed of [undefined, ...SEEDS]) {
      await fc.assert(
        fc.asyncProperty(arbitrary, (input) => send((input ?? {}) as Record<string, unknown>)),
        { numRuns: RUNS_PER_OPERATION, ...(seed !== undefined && { seed }) },
      );
    }
  }

  const lambda = modelOf("lambda");
  for (const [operation, { http, input }] of Object.entries(lambda.operations)) {
    it(`lambda ${operation}`, async () => {
      await check(
        (value) => {
          const record = typeof value === "object" && value !== null ? value : {};
          const uri = http.uri.replace(/\{(\w+)\+?\}/g, (_all, label: string) =>
            encodeURIComponent(textOf(record[label] ?? "there").toWellFormed()),
          );
          const query = new URLSearchParams(
            Object.entries(record)
              .filter(([, member]) => typeof member !== "object")
              .map(([name, member]) => [name, String(member)]),
          );
          const separator = uri.includes("?") ? "&" : "?";
          const hasBody = http.method !== "GET" && http.method !== "DELETE";
          return expectNoFault(`${server.url}${uri}${separator}${query}`.slice(0, 8000), {
            method: http.method,
            headers: signed("lambda"),
            ...(hasBody && { body: JSON.stringify(value) }),
          });
        },
        valueFor(lambda, input ?? ""),
      );
    });
  }

  const logs = modelOf("logs");
  for (const [operation, { input }] of Object.entries(logs.operations)) {
    it(`logs ${operation}`, async () => {
      await check(
        (value) =>
          expectNoFault(server.url, {
            method: "POST",
            headers: {
              ...signed("logs"),
              "Content-Type": "application/x-amz-json-1.1",
              "X-Amz-Target": `Logs_20140328.${operation}`,
            },
            body: JSON.stringify(value),
          }),
        valueFor(logs, input ?? ""),
      );
    });
  }

  it("bytes that are no JSON, and JSON that is no object", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("lambda", "logs", "sts"),
        (bytes, service) =>
          expectNoFault(`${server.url}${service === "lambda" ? "/2015-03-31/functions" : "/"}`, {
            method: "POST",
            headers: {
              ...signed(service),
              ...(service === "logs" && { "X-Amz-Target": "Logs_20140328.DescribeLogGroups" }),
            },
            body: Buffer.from(bytes),
          }),
      ),
      { numRuns: 100 },
    );
  });

  it("archives of random bytes, and good ones with a byte changed", async () => {
    const good = pythonZip("def lambda_handler(e, c): return e");
    let count = 0;
    const create = (bytes: Uint8Array) =>
      expectNoFault(`${server.url}/2015-03-31/functions`, {
        method: "POST",
        headers: signed("lambda"),
        body: JSON.stringify({
          FunctionName: `fuzz-${count++}`,
          Runtime: "python3.11",
          Handler: "lambda_function.lambda_handler",
          Role: "arn:aws:iam::000000000000:role/r",
          Code: { ZipFile: Buffer.from(bytes).toString("base64") },
        }),
      });
    await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), create), {
      numRuns: 50,
    });
    const changed = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) }).map(({ at, to }) => {
      const bytes = Uint8Array.from(good);
      bytes[at] = to;
      return bytes;
    });
    await fc.assert(fc.asyncProperty(changed, create), { numRuns: 200 });
  });
});
