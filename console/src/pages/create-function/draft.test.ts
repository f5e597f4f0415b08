import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { beginningOf, EMPTY, fileNameOf, firstRuntime, problemsOf } from "./draft.ts";

const WHOLE = {
  ...EMPTY,
  name: "greet",
  runtime: "python3.12",
  ...beginningOf("python3.12"),
};

describe("a function's draft", () => {
  it("has nothing wrong once it has a name and a runtime", () => {
    assert.deepEqual(problemsOf(WHOLE), {});
  });

  it("says what is wrong, field by field", () => {
    const wrong = { ...WHOLE, name: "a b", handler: "", memoryMb: "64", timeoutSeconds: "1.5" };
    assert.deepEqual(Object.keys(problemsOf(wrong)), ["name", "handler", "memoryMb", "timeoutSeconds"]);
    assert.deepEqual(Object.keys(problemsOf({ ...WHOLE, start: "zip" })), ["file"]);
  });

  it("names the file after the handler", () => {
    assert.equal(fileNameOf(WHOLE), "lambda_function.py");
    assert.equal(fileNameOf({ runtime: "nodejs24.x", handler: "app.run" }), "app.mjs");
  });

  it("begins with a runtime that is here", () => {
    const runtimes = {
      "nodejs26.x": { available: true, warning: "another stands in" },
      java25: { available: true },
      "python3.12": { available: true },
    };
    assert.equal(firstRuntime(runtimes), "python3.12");
    assert.equal(firstRuntime({ "nodejs26.x": runtimes["nodejs26.x"] }), "nodejs26.x");
  });
});
