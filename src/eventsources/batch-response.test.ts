import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failedItems } from "./batch-response.ts";

const IDS = new Set(["a", "b", "c"]);
const failed = (payload: string) => [...failedItems(Buffer.from(payload), IDS)];
const reported = (items: unknown) => failed(JSON.stringify({ batchItemFailures: items }));

describe("what a function reports of its batch", () => {
  it("names the items that failed", () => {
    assert.deepEqual(reported([{ itemIdentifier: "b" }]), ["b"]);
    assert.deepEqual(reported([{ itemIdentifier: "c" }, { itemIdentifier: "a" }, { itemIdentifier: "c" }]), [
      "c",
      "a",
    ]);
  });

  it("is full success when it names none", () => {
    for (const payload of ["{}", "null", '""', "[]", "", '{"statusCode":200}'])
      assert.deepEqual(failed(payload), []);
    for (const items of [[], null]) assert.deepEqual(reported(items), []);
  });

  it("is full failure when it cannot be understood or names what is not there", () => {
    for (const payload of ["{", "text", '"text"', "5", "true", '[{"itemIdentifier":"a"}]']) {
      assert.deepEqual(failed(payload), [...IDS], payload);
    }
    for (const id of ["", null, "unknown", 1]) {
      assert.deepEqual(reported([{ itemIdentifier: "a" }, { itemIdentifier: id }]), [...IDS], String(id));
    }
    for (const items of [[{ foo: 123 }], [{}], [null], ["a"], "a", 5, {}]) {
      assert.deepEqual(reported(items), [...IDS], JSON.stringify(items));
    }
  });
});
