import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConstraintModel, Constraints } from "./constraints.ts";

const MODEL: ConstraintModel = {
  operations: { Put: { input: "PutRequest" }, Plain: {} },
  shapes: {
    PutRequest: {
      type: "structure",
      required: ["Name"],
      members: { Name: "Name", Mode: "Mode", Size: "Size", Tags: "Tags", Keys: "Keys", Inner: "Inner" },
    },
    Name: { type: "string", min: 1, max: 5, pattern: "[a-z]+" },
    Mode: { type: "string", enum: ["On", "Off"] },
    Size: { type: "integer", min: 1, max: 9 },
    Tags: { type: "map", key: "Name", value: "Mode" },
    Keys: { type: "list", member: "Name", max: 2 },
    Inner: { type: "structure", members: { Size: "Size", Inner: "Inner" }, required: ["Size"] },
  },
};

function failuresOf(input: unknown, left: string[] = []): string | undefined {
  try {
    new Constraints(MODEL, left).check("Put", input);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("constraints", () => {
  it("pass what meets them, and operations that have none", () => {
    const inner = { Size: 9, Inner: { Size: 1 } };
    assert.equal(
      failuresOf({ Name: "abc", Mode: "On", Size: 1, Tags: { a: "Off" }, Keys: [], Inner: inner }),
      undefined,
    );
    new Constraints(MODEL, []).check("Plain", { anything: 1 });
  });

  it("name one failure as AWS does", () => {
    assert.equal(
      failuresOf({}),
      "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null",
    );
    assert.equal(
      failuresOf({ Name: "a", Mode: "Half" }),
      "1 validation error detected: Value 'Half' at 'mode' failed to satisfy constraint: " +
        "Member must satisfy enum value set: [On, Off]",
    );
  });

  it("join several, in the order of the members", () => {
    assert.equal(
      failuresOf({ Name: "TOOLONG", Size: 10 }),
      "3 validation errors detected: " +
        "Value 'TOOLONG' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+; " +
        "Value 'TOOLONG' at 'name' failed to satisfy constraint: Member must have length less than or equal to 5; " +
        "Value '10' at 'size' failed to satisfy constraint: Member must have value less than or equal to 9",
    );
  });

  it("reach into structures that contain themselves, lists and maps", () => {
    assert.match(
      failuresOf({ Name: "a", Inner: { Size: 1, Inner: { Size: 0 } } }) ?? "",
      /Value '0' at 'inner\.inner\.size' failed/,
    );
    assert.match(
      failuresOf({ Name: "a", Keys: ["a", "B", "c"] }) ?? "",
      /Value '\[a, B, c\]' at 'keys' failed to satisfy constraint: Member must have length less than or equal to 2; .*Member must satisfy constraint: \[/,
    );
    assert.match(
      failuresOf({ Name: "a", Tags: { A: "Half" } }) ?? "",
      /Value '\{A=Half\}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: \[.*Map value must satisfy/,
    );
  });

  it("leave to the operation what it asks for", () => {
    assert.equal(failuresOf({ Name: "a", Mode: "Half" }, ["Put.Mode"]), undefined);
  });
});
