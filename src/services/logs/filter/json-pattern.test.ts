/** What JSON and space-delimited filter patterns match, as the "Filter pattern syntax" page describes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileFilterPattern, parseFilterPattern } from "./filter-pattern.ts";

function matches(pattern: string, message: unknown): boolean {
  return compileFilterPattern(pattern)(typeof message === "string" ? message : JSON.stringify(message));
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

const EVENT = {
  eventType: "UpdateTrail",
  sourceIPAddress: "111.111.111.111",
  arrayKey: ["value", "another value"],
  objectList: [
    { name: "a", id: 1 },
    { name: "b", id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  "cluster.name": "c",
  latency: 82.5,
  errorCode: 400,
  text: "400",
};

const MATCHING = [
  '{ $.eventType = "UpdateTrail" }',
  "{ $.eventType = UpdateTrail }",
  '{$.eventType="Update*"}',
  "{ $.eventType = *Trail }",
  "{ $.eventType = *date*ail }",
  "{ $.eventType = %Upd[a-z]+Trail% }",
  "{ $.sourceIPAddress != 123.123.* }",
  '{ $.arrayKey[0] = "value" }',
  '{ $.arrayKey[*] = "another value" }',
  "{ $.objectList[1].id = 2 }",
  "{ $.objectList[*].id > 1 }",
  "{ $.SomeObject IS NULL }",
  "{ $.SomeOtherObject NOT EXISTS }",
  "{ $.ThisFlag IS TRUE }",
  "{ $.['cluster.name'] = \"c\" }",
  "{ $.latency > 50 }",
  "{ $.latency >= 82.5 && $.latency <= 8.25e1 }",
  "{ $.errorCode = 400 }",
  "{ $.text = 400 }",
  "{ $.errorCode = 4* }",
  '{ ($.errorCode = 404 || $.errorCode = 400) && $.eventType = "UpdateTrail" }',
  '{ $.errorCode = 404 && $.none = 1 || $.eventType = "UpdateTrail" }',
];

const NOT_MATCHING = [
  '{ $.eventType = "updateTrail" }',
  '{ $.eventType != "UpdateTrail" }',
  '{ $.missing != "x" }',
  "{ $.missing IS NULL }",
  "{ $.SomeObject NOT EXISTS }",
  "{ $.ThisFlag IS FALSE }",
  "{ $.arrayKey[2] = value }",
  "{ $.latency > 82.5 }",
  "{ $.eventType > 3 }",
  '{ $.errorCode = 400 && $.eventType = "x" }',
  '{ $.errorCode = 404 && ($.none = 1 || $.eventType = "UpdateTrail") }',
];

test("JSON patterns match by selectors and comparisons", () => {
  for (const pattern of MATCHING) assert.equal(matches(pattern, EVENT), true, pattern);
  for (const pattern of NOT_MATCHING) assert.equal(matches(pattern, EVENT), false, pattern);
});

test("a message that is no JSON matches no JSON pattern, and escapes hide nothing", () => {
  assert.equal(matches("{ $.a NOT EXISTS }", "plain text"), false);
  assert.equal(matches("{ $.a NOT EXISTS }", '{"broken'), false);
  assert.equal(matches('{ $.a = "ERROR" }', '{"a":"\\u0045RROR"}'), true);
  assert.equal(matches('{ $.a = "a/b" }', '{"a":"a\\/b"}'), true);
  assert.equal(matches('{ $.a = "say \\"hi\\"" }', { a: 'say "hi"' }), true);
  assert.equal(matches('{ $.level = "ERROR" }', '{"level":"ERROR"}\n'), true);
});

test("the shortcut over literals never changes what matches", () => {
  const text = fc.stringMatching(/^[ab"\\/u 0]{0,4}$/);
  fc.assert(
    fc.property(text, text, (wanted, value) => {
      const quoted = `"${wanted.replace(/["\\]/g, "\\$&")}"`;
      assert.equal(matches(`{ $.a = ${quoted} }`, { a: value }), wanted === value);
    }),
  );
});

const LINE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

test("space-delimited patterns match by columns", () => {
  for (const pattern of [
    "[ip, server, username, timestamp, request, status_code, bytes]",
    "[ip, server, username, timestamp, request, status_code = 4*, bytes > 1000]",
    "[..., status_code = 404, bytes]",
    "[ip = 127.*, ..., bytes]",
    "[ip, ...]",
    '[..., request = "*.html*", status_code = 4* && status_code != 403, bytes]',
    "[ip, server = Dev || server = Prod, ...]",
    "[ip = %127\\.0\\.0\\.[1-9]{1,3}%, ...]",
    "[w1, w2, w3, w4, w5, w6 = %4[0-9]{2}%, w7]",
    "[ip,,,,,status,]",
  ])
    assert.equal(matches(pattern, LINE), true, pattern);
  for (const pattern of [
    "[ip, server]",
    "[ip, server, username, timestamp, request, status_code = 5*, bytes]",
    "[..., bytes > 2000]",
    "[a, b, c, d, e, f, g, h, ...]",
  ])
    assert.equal(matches(pattern, LINE), false, pattern);
});

test("what a pattern names can be had from a message", () => {
  assert.deepEqual(
    parseFilterPattern("{ $.latency > 1 && $.errorCode = 4* }").extract(JSON.stringify(EVENT)),
    {
      "$.latency": "82.5",
      "$.errorCode": "400",
    },
  );
  assert.deepEqual(parseFilterPattern("[ip, ..., status, bytes]").extract('1.2.3.4 x "a b" 200 7'), {
    $ip: "1.2.3.4",
    $2: "x",
    $3: "a b",
    $status: "200",
    $bytes: "7",
  });
});

test("what is no pattern is refused", () => {
  for (const pattern of [
    "{}",
    "{ $.a }",
    "{ $.a = }",
    '{ $.a = "x }',
    "{ a = 1 }",
    "{ $.a = 1",
    "{ ($.a = 1 }",
    "{ $.a = 1 } x",
    "{ $.a > x }",
    "{ $.a = %a(b)% }",
    "[a, b",
    "[..., a, ...]",
    "[a =]",
    `{ ${"(".repeat(100)}$.a = 1${")".repeat(100)} }`,
  ])
    refusal(pattern);
});
