/** The matcher itself: a conformance suite is worth what its matcher refuses. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mismatches } from "./match.ts";

function fits(expected: unknown, actual: unknown): void {
  assert.deepEqual(mismatches(expected, actual), []);
}

/** The paths that differ. */
function differs(expected: unknown, actual: unknown, ...paths: string[]): void {
  assert.deepEqual(
    mismatches(expected, actual).map(({ path }) => path),
    paths,
  );
}

describe("the matcher", () => {
  it("compares values as they are", () => {
    fits("a", "a");
    fits(null, null);
    differs("a", "b", "$");
    differs(1, "1", "$");
    differs(null, undefined, "$");
    differs(0, false, "$");
  });

  it("takes objects that have more members, and tells where one differs", () => {
    fits({ a: 1 }, { a: 1, b: 2 });
    fits({}, {});
    differs({ a: 1 }, {}, "$.a");
    differs({ a: { b: 1, c: 2 } }, { a: { b: 2, c: 2 } }, "$.a.b");
    differs({ a: 1 }, undefined, "$");
    differs({}, [], "$");
    differs({}, null, "$");
  });

  it("takes lists of exactly the expected items", () => {
    fits([{ a: 1 }], [{ a: 1, b: 2 }]);
    differs([1], [1, 2], "$");
    differs([1, 2], [1], "$");
    differs([1, 2], [2, 1], "$.0", "$.1");
    differs([1], { 0: 1, length: 1 }, "$");
  });

  it("$absent and $any", () => {
    fits({ a: { $absent: true } }, {});
    fits({ a: { $absent: true } }, { a: undefined });
    differs({ a: { $absent: true } }, { a: null }, "$.a");
    fits({ a: { $any: true } }, { a: null });
    differs({ a: { $any: true } }, {}, "$.a");
  });

  it("$matches the whole of a text", () => {
    fits({ $matches: "a.c" }, "a\nc");
    differs({ $matches: "b" }, "abc", "$");
    differs({ $matches: "a|b" }, "ab", "$");
    differs({ $matches: "1" }, 1, "$");
  });

  it("$kind", () => {
    fits({ $kind: "number" }, 1.5);
    differs({ $kind: "number" }, "1.5", "$");
    differs({ $kind: "number" }, undefined, "$");
  });

  it("$exactly allows no further member, however deep", () => {
    fits({ $exactly: { a: { b: 1 } } }, { a: { b: 1 }, c: undefined });
    differs({ $exactly: { a: 1 } }, { a: 1, b: 2 }, "$.b");
    differs({ $exactly: { a: { b: 1 } } }, { a: { b: 1, c: 1 } }, "$.a.c");
    differs({ $exactly: [{ a: 1 }] }, [{ a: 1, b: 1 }], "$.0.b");
    differs({ $exactly: {} }, { a: 1 }, "$.a");
  });

  it("$not is there and differs", () => {
    fits({ $not: "a" }, "b");
    differs({ $not: "a" }, "a", "$");
    differs({ $not: "a" }, undefined, "$");
  });

  it("$contains items in any order", () => {
    fits({ $contains: [2, { a: 1 }] }, [{ a: 1, b: 1 }, 1, 2]);
    differs({ $contains: [3] }, [1, 2], "$");
    differs({ $contains: [3] }, 3, "$");
  });

  it("$json and $base64 look inside texts", () => {
    fits({ $json: { a: 1 } }, '{"a":1,"b":2}');
    differs({ $json: { a: 1 } }, '{"a":2}', "$(json).a");
    differs({ $json: { a: 1 } }, { a: 1 }, "$");
    differs({ $json: {} }, undefined, "$");
    fits({ $base64: "abc" }, "YWJj");
    differs({ $base64: "abc" }, "YWJk", "$(base64)");
    differs({ $base64: "abc" }, undefined, "$");
  });

  it("knows no other matchers, and says so", () => {
    assert.throws(() => mismatches({ $matching: "a" }, "a"), /there is no matcher \$matching/);
    fits({ $LATEST: 1 }, { $LATEST: 1 });
  });
});
