/** The query protocol on a shape made for the purpose: the services that need its nesting come later. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { NormalizedSchema } from "@smithy/core/schema";
import { ApiError } from "../../errors/mod.ts";
import type { LoadedService } from "../service.ts";
import { query } from "./query.ts";

const TIMESTAMP = 4;
const STRING = 0;
const NUMBER = 1;
const BLOB = 21;
const STRING_LIST = 64;
const STRING_MAP = 128;

const INNER = [3, "ns", "Inner", 0, ["Text", "Number"], [STRING, NUMBER]];
const INPUT = [
  3,
  "ns",
  "Input",
  0,
  ["Name", "List", "Map", "Inner", "When", "Bytes"],
  [STRING, STRING_LIST, STRING_MAP, () => INNER, TIMESTAMP, BLOB],
];

const schema = (shape: unknown) => NormalizedSchema.of(shape as Parameters<typeof NormalizedSchema.of>[0]);
const operation = { name: "Do", http: undefined, input: schema(INPUT), output: schema(INNER) };
const service = {
  definition: { name: "x", apiVersion: "2020-01-01", xmlNamespace: "http://x/" },
  operations: new Map([["Do", operation]]),
  errors: new Map(),
} as unknown as LoadedService;

function request(form: string) {
  return {
    method: "POST",
    path: "/",
    query: new URLSearchParams(),
    queryText: "",
    headers: {},
    body: Buffer.from(form),
    remoteAddress: "",
  };
}

describe("the query protocol", () => {
  const routed = { operation, service, labels: {} };

  it("reads dotted names into structures, lists and maps", () => {
    const form =
      "Action=Do&Name=n&List.member.1=a&List.member.2=b&Map.entry.1.key=k&Map.entry.1.value=v" +
      "&Inner.Text=t&Inner.Number=5&When=2026-01-02T03%3A04%3A05Z&Bytes=aGk%3D";
    assert.deepEqual(query.decode(request(form), routed), {
      Name: "n",
      List: ["a", "b"],
      Map: { k: "v" },
      Inner: { Text: "t", Number: 5 },
      When: new Date("2026-01-02T03:04:05Z"),
      Bytes: Buffer.from("hi"),
    });
    assert.deepEqual(query.decode(request("Action=Do"), routed), {});
  });

  it("refuses numbers and blobs that are none, and unknown actions", () => {
    for (const form of ["Inner.Number=x", "Bytes=%25%25"]) {
      assert.throws(() => query.decode(request(form), routed), { code: "SerializationException" });
    }
    assert.throws(() => query.route(request("Action=Undo"), service), { code: "InvalidAction" });
    assert.throws(() => query.route(request(""), service), { code: "MissingAction" });
  });

  it("writes answers and errors as XML, escaped", () => {
    const answer = query.encode({ Text: "a<b>&c", Number: 5 }, routed, "id-1");
    assert.equal(
      answer.body,
      '<DoResponse xmlns="http://x/"><DoResult><Text>a&lt;b&gt;&amp;c</Text><Number>5</Number></DoResult>' +
        "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DoResponse>",
    );
    const error = query.encodeError(new ApiError("InvalidAction", "no <such>"), service, "id-2");
    assert.equal(error.status, 400);
    assert.match(String(error.body), /<Code>InvalidAction<\/Code><Message>no &lt;such&gt;<\/Message>/);
  });
});
