/** The form of the data: what a step must say, and what filling it in gives. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { complaintOf, loadTopics, type Step } from "./scenario.ts";
import { filled } from "./values.ts";

function complaint(step: object): string | undefined {
  return complaintOf(step as Step);
}

describe("conformance data", () => {
  it("is read, and every topic has scenarios", () => {
    for (const { topic, scenarios } of loadTopics()) assert.ok(scenarios.length > 0, topic);
  });

  it("names a source for every expectation, and nothing that is not read", () => {
    const operation = "GetFunction";
    assert.equal(complaint({ operation }), undefined);
    assert.equal(complaint({ operation, status: 200, source: "recorded" }), undefined);
    assert.equal(complaint({ operation, expect: {}, source: "page:A title" }), undefined);
    assert.equal(complaint({ operation, expect: {} }), "its expectations need a source");
    assert.equal(complaint({ operation, expect: {}, source: "hearsay" }), "its expectations need a source");
    assert.equal(complaint({ operation, source: "model" }), "it has a source and expects nothing");
    assert.equal(complaint({ operation, until: true }), "it waits for nothing");
    assert.equal(complaint({ operation, expected: {} }), 'there is no member "expected"');
    assert.equal(complaint({ expect: {} }), "it names no operation");
    assert.equal(
      complaint({ operation, refusal: { code: "X" }, source: "model" }),
      "a refusal needs its status",
    );
  });

  it("is filled in with what was saved, kinds kept where nothing stands around it", () => {
    const names = new Map<string, unknown>([
      ["name", "f"],
      ["number", 3],
    ]);
    assert.deepEqual(filled({ a: "{{number}}", b: ["x-{{name}}-{{number}}"], "{{name}}": null }, names), {
      a: 3,
      b: ["x-f-3"],
      f: null,
    });
    assert.throws(() => filled("{{other}}", names), /nothing was saved as "other"/);
  });

  it("makes values from descriptions", () => {
    const names = new Map<string, unknown>([["word", "ab"]]);
    assert.equal(filled({ $repeat: ["{{word}}", 2] }, names), "abab");
    assert.deepEqual(filled({ $bytes: 2 }, names), new Uint8Array(2));
    assert.equal(filled({ $size: { $bytes: 7 } }, names), 7);
    assert.equal(filled({ $sum: [1, { $size: { $bytes: 2 } }] }, names), 3);
    assert.deepEqual(filled({ $entries: 2 }, names), { k0: "v", k1: "v" });
    assert.equal(filled({ $jsonText: { a: "{{word}}" } }, names), '{"a":"ab"}');
    assert.equal(filled({ $base64Of: "abc" }, names), "YWJj");
    assert.match(String(filled({ $sha256: { $zip: { a: "b" } } }, names)), /^[A-Za-z0-9+/]{43}=$/);
  });
});
