/** What filter patterns match, as the "Filter pattern syntax" page describes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compileFilterPattern } from "./filter-pattern.ts";

function matches(pattern: string | undefined, message: string): boolean {
  return compileFilterPattern(pattern)(message);
}

function refusal(pattern: string): string {
  try {
    compileFilterPattern(pattern);
  } catch (error) {
    assert.equal((error as { code?: string }).code, "InvalidParameterException");
    return (error as Error).message;
  }
  return assert.fail(`"${pattern}" was taken`);
}

test("no pattern, an empty one and blanks match everything", () => {
  for (const pattern of [undefined, "", "  ", '""']) assert.equal(matches(pattern, "anything"), true);
});

test("every term must occur somewhere, and case counts", () => {
  assert.equal(matches("ERROR", "[ERROR 400] BAD REQUEST"), true);
  assert.equal(matches("error", "[ERROR 400] BAD REQUEST"), false);
  assert.equal(matches("ERROR REQUEST", "[ERROR 400] BAD REQUEST"), true);
  assert.equal(matches("REQUEST ERROR", "[ERROR 400] BAD REQUEST"), true);
  assert.equal(matches("ERROR MISSING", "[ERROR 400] BAD REQUEST"), false);
});

test("a phrase in quotes is taken as it stands", () => {
  assert.equal(matches('"INTERNAL SERVER ERROR"', "[ERROR 500] INTERNAL SERVER ERROR"), true);
  assert.equal(matches('"SERVER INTERNAL"', "[ERROR 500] INTERNAL SERVER ERROR"), false);
  assert.equal(matches('"say \\"hi\\""', 'please say "hi"'), true);
  assert.equal(matches('"a:b, (c)"', "x a:b, (c)"), true);
});

test("of terms with a question mark one must occur", () => {
  assert.equal(matches("?ERROR ?WARN", "[WARN] slow"), true);
  assert.equal(matches('?"OUT OF" ?WARN', "OUT OF MEMORY"), true);
  assert.equal(matches("?ERROR ?WARN", "[INFO] fine"), false);
});

test("a term with a minus must not occur", () => {
  assert.equal(matches("ERROR -ARGUMENTS", "[ERROR 401] UNAUTHORIZED"), true);
  assert.equal(matches("ERROR -ARGUMENTS", "[ERROR 402] MISSING ARGUMENTS"), false);
  assert.equal(matches("-ERROR", "fine"), true);
  assert.equal(matches('-"two words"', "these two words"), false);
});

test("beside other terms those with a question mark are ignored", () => {
  assert.equal(matches("?ERROR ?ARGUMENTS REQUEST", "[INFO] REQUEST FAILED"), true);
  assert.equal(matches("?ERROR -WARN", "[INFO] fine"), true);
});

test("request ids, versions and paths are terms without quotes", () => {
  const line = "START RequestId: 8f507cfc-xmpl-4697 Version: $LATEST /aws/lambda/f 1.5";
  for (const term of ["8f507cfc-xmpl-4697", "$LATEST", "/aws/lambda/f", "1.5"]) {
    assert.equal(matches(term, line), true, term);
  }
});

test("an expression in percent signs matches anywhere in the message", () => {
  assert.equal(matches("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST"), true);
  assert.equal(matches("%[Ee]rror|[Ff]ail%", "a failure"), true);
  assert.equal(matches("REQUEST %40[13]%", "[ERROR 401] UNAUTHORIZED REQUEST"), true);
  assert.equal(matches("REQUEST -%40[13]%", "[ERROR 401] UNAUTHORIZED REQUEST"), false);
});

test("symbols that need quotes are refused with the character", () => {
  assert.equal(refusal("?Status: timeout"), "Invalid character(s) in term ':'");
  assert.equal(refusal("a(b)"), "Invalid character(s) in term '('");
  assert.equal(refusal("SUCCESS*"), "Invalid character(s) in term '*'");
  assert.equal(refusal("%(a)%"), "Invalid character(s) in term '('");
});

test("what is no pattern is refused", () => {
  for (const pattern of ['"open', "%open", '"a"b', "-", "?", "? a", "%a{2,1}%", "%[a%", "%*%"])
    refusal(pattern);
});
