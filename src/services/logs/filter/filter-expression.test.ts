/** The expressions of filter patterns: what they match, that they agree with JavaScript's, and that none is slow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileExpression } from "./filter-expression.ts";

/** Expressions whose meaning is the same in JavaScript, and texts that tell them apart. */
const EXPRESSIONS = [
  "^[hc]at",
  "[hc]at$",
  "colou?r",
  "[a-z]x",
  "[^0-9]z",
  "a{3}",
  "a{3,5}b",
  "a{2,}b",
  "gray|grey",
  "^a|b$",
  "10\\.10\\.0\\.1",
  "\\d{1,3}\\.\\d{1,3}",
  "a+b*c",
  ".*foo.+bar",
  "\\w+@\\w+\\.com",
  "\\s-\\S",
  "[\\d-]{2}",
  "\\x41\\x42",
  "[]a]",
  "a|",
  "^$",
  "^a{0,2}$",
  "\\[x\\]",
];
const TEXTS = [
  "",
  "a",
  "aa",
  "aaa",
  "aaaab",
  "b",
  "hat",
  "the cat",
  "that",
  "color colour",
  "grey",
  "qx 1z z",
  "10.10.0.1",
  "10x10x0x1",
  "me@example.com",
  "x foo\nbar",
  "x foo bar",
  "a -b",
  "1-2",
  "AB",
  "]",
  "[x]",
  "aabbc",
];

test("they match what JavaScript's own match", () => {
  for (const expression of EXPRESSIONS) {
    // JavaScript reads []a] as an empty class; everywhere else a bracket right at the start is a member.
    const own = new RegExp(expression.replace("[]", "[\\]"));
    const compiled = compileExpression(expression);
    for (const text of TEXTS) {
      assert.equal(compiled(text), own.test(text), `${expression} on ${JSON.stringify(text)}`);
    }
  }
});

test("the end is also before the newline that ends a line of output", () => {
  assert.equal(compileExpression("done$")("all done\n"), true);
  assert.equal(compileExpression("all$")("all done\n"), false);
});

test("what AWS does not support is refused", () => {
  for (const expression of [
    "(a)",
    "a b",
    "a!",
    "é",
    "\\1",
    "\\",
    "a{3,2}",
    "+a",
    "a{9999}{9999}",
    "[a",
    "a]",
  ]) {
    assert.throws(() => compileExpression(expression), { name: "ExpressionError" }, expression);
  }
});

test("no expression takes more than its length times that of the message", () => {
  const message = `${"a".repeat(100_000)}!`;
  const startedMs = performance.now();
  assert.equal(compileExpression(".*.*.*.*.*x")(message), false);
  assert.equal(compileExpression("a*a*a*a*a*b")(message), false);
  // Backtracking would take days; the bound is wide so that a busy machine does not fail it.
  assert.ok(performance.now() - startedMs < 3000);
});
