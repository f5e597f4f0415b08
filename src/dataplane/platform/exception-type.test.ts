import assert from "node:assert/strict";
import { it } from "node:test";
import { exceptionType } from "./exception-type.ts";

const of = (text: string) => exceptionType(Buffer.from(text));

it("the name of an exception is what the error says, where it says one", () => {
  assert.equal(of('{"errorMessage":"no","errorType":"ValueError","stackTrace":[]}'), "ValueError");
  for (const text of ["", "null", "[]", "7", "oops", '{"errorType":7}', "{}"])
    assert.equal(of(text), undefined, text);
  assert.equal(of(JSON.stringify({ errorType: "x".repeat(1000) }))?.length, 200);
  assert.equal(of(JSON.stringify({ errorType: "x", stackTrace: ["y".repeat(70_000)] })), undefined);
});
