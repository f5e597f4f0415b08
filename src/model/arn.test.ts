import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { functionArn, parseFunctionReference } from "./arn.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";

describe("function references", () => {
  for (const [given, name, qualifier] of [
    ["f", "f", undefined],
    ["f:$LATEST", "f", "$LATEST"],
    ["f:7", "f", "7"],
    ["f:alias-1", "f", "alias-1"],
    ["function:f", "f", undefined],
    ["000000000000:function:f", "f", undefined],
    ["000000000000:function:f:7", "f", "7"],
    [ARN, "f", undefined],
    [`${ARN}:$LATEST`, "f", "$LATEST"],
  ] as const) {
    it(`${given} is ${name} with ${qualifier ?? "no qualifier"}`, () => {
      assert.deepEqual(parseFunctionReference(SCOPE, given), { name, qualifier });
    });
  }

  it("take the qualifier from either place, but not two different ones", () => {
    assert.equal(parseFunctionReference(SCOPE, "f", "7").qualifier, "7");
    assert.equal(parseFunctionReference(SCOPE, "f:7", "7").qualifier, "7");
    assert.throws(() => parseFunctionReference(SCOPE, "f:7", "8"), {
      code: "InvalidParameterValueException",
    });
  });

  it("of other regions and accounts are refused", () => {
    assert.throws(() => parseFunctionReference(SCOPE, ARN.replace("us-east-1", "eu-west-1")), {
      code: "ResourceNotFoundException",
    });
    assert.throws(() => parseFunctionReference(SCOPE, ARN.replace("000000000000", "111111111111")), {
      code: "AccessDeniedException",
    });
  });

  it("are written back", () => {
    assert.equal(functionArn(SCOPE, "f"), ARN);
    assert.equal(functionArn(SCOPE, "f", "7"), `${ARN}:7`);
  });
});
