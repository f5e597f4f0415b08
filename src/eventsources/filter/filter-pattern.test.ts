import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { DataField } from "./data-field.ts";
import { compilePattern, matchesAny } from "./filter-pattern.ts";
import { compileWildcard } from "./wildcard.ts";

const matches = (pattern: unknown, record: unknown) => compilePattern(JSON.stringify(pattern))(record);
/** Of a field called `a`. */
const matching = (items: unknown[], values: unknown[]) =>
  values.filter((value) => matches({ a: items }, value === undefined ? {} : { a: value }));

describe("a filter pattern", () => {
  it("compares values with their types", () => {
    const values = ["x", "X", "", "1", 1, 1.5, true, false, null, undefined, {}, ["y", "x"], [[1]]];
    assert.deepEqual(matching(["x"], values), ["x", ["y", "x"]]);
    assert.deepEqual(matching([1], values), [1, [[1]]]);
    assert.deepEqual(matching([true, null], values), [true, null]);
    assert.deepEqual(matching([""], values), [""]);
    assert.deepEqual(matching([{ "equals-ignore-case": "x" }], values), ["x", "X", ["y", "x"]]);
  });

  it("knows beginnings, ends, wildcards and addresses", () => {
    const values = ["abc", "ABC", "ab", 12, "10.0.0.7", "10.0.1.7", "fe80::1"];
    assert.deepEqual(matching([{ prefix: "ab" }], values), ["abc", "ab"]);
    assert.deepEqual(matching([{ prefix: { "equals-ignore-case": "aB" } }], values), ["abc", "ABC", "ab"]);
    assert.deepEqual(matching([{ suffix: "bc" }], values), ["abc"]);
    assert.deepEqual(matching([{ suffix: { "equals-ignore-case": "BC" } }], values), ["abc", "ABC"]);
    assert.deepEqual(matching([{ wildcard: "a*" }], values), ["abc", "ab"]);
    assert.deepEqual(matching([{ cidr: "10.0.0.0/24" }], values), ["10.0.0.7"]);
    assert.deepEqual(matching([{ cidr: "fe80::/10" }], values), ["fe80::1"]);
  });

  it("takes anything but some values", () => {
    const values = ["x", "xy", "z", 1, 2, null, true, undefined, {}];
    assert.deepEqual(matching([{ "anything-but": "x" }], values), ["xy", "z", 1, 2, null, true]);
    assert.deepEqual(matching([{ "anything-but": ["x", "z"] }], values), ["xy", 1, 2, null, true]);
    assert.deepEqual(matching([{ "anything-but": [1] }], values), ["x", "xy", "z", 2, null, true]);
    assert.deepEqual(matching([{ "anything-but": { prefix: "x" } }], values), ["z", 1, 2, null, true]);
    assert.deepEqual(matching([{ "anything-but": { suffix: ["y", "z"] } }], ["x", "xy", "z"]), ["x"]);
    assert.deepEqual(matching([{ "anything-but": { "equals-ignore-case": ["X"] } }], ["x", "y"]), ["y"]);
    assert.deepEqual(matching([{ "anything-but": { wildcard: "*y" } }], ["x", "xy"]), ["x"]);
  });

  it("compares numbers", () => {
    const values = [0, 1, 2.5, 5, "1", null];
    assert.deepEqual(matching([{ numeric: ["=", 1] }], values), [1]);
    assert.deepEqual(matching([{ numeric: [">", 1] }], values), [2.5, 5]);
    assert.deepEqual(matching([{ numeric: ["<=", 1] }], values), [0, 1]);
    assert.deepEqual(matching([{ numeric: [">", 0, "<=", 2.5] }], values), [1, 2.5]);
    assert.deepEqual(matching([{ numeric: [">=", 0, "<", 1] }, { numeric: ["=", 5] }], values), [0, 5]);
  });

  it("asks whether a leaf exists", () => {
    const values = ["x", null, 0, {}, { b: 1 }, [], undefined];
    assert.deepEqual(matching([{ exists: true }], values), ["x", null, 0]);
    assert.deepEqual(matching([{ exists: false }], values), [{}, { b: 1 }, [], undefined]);
    assert.deepEqual(matching([{ exists: false }, "x"], values), ["x", {}, { b: 1 }, [], undefined]);
    assert.equal(matches({ a: { b: [{ exists: false }] } }, {}), true);
    assert.equal(matches({ a: { b: [{ exists: false }] } }, { a: [] }), true);
  });

  it("holds when all its keys do, and one of the alternatives of $or at any level", () => {
    const pattern = {
      a: ["x"],
      $or: [{ b: [1] }, { c: { $or: [{ d: ["y"] }, { e: [{ exists: true }] }] } }],
    };
    assert.equal(matches(pattern, { a: "x", b: 1 }), true);
    assert.equal(matches(pattern, { a: "x", c: { d: "y" } }), true);
    assert.equal(matches(pattern, { a: "x", c: { e: 0 } }), true);
    assert.equal(matches(pattern, { a: "x", c: { d: "z" } }), false);
    assert.equal(matches(pattern, { b: 1 }), false);
  });

  it("wants one element of an array that fits as a whole", () => {
    const pattern = { a: { b: ["x"], c: ["y"] } };
    assert.equal(matches(pattern, { a: [{ b: "x", c: "z" }, [{ b: "x", c: "y" }]] }), true);
    assert.equal(matches(pattern, { a: [{ b: "x" }, { c: "y" }] }), false);
  });

  it("sees no member that a record only inherits", () => {
    assert.deepEqual(matching([{ exists: true }], [undefined]), []);
    assert.equal(matches({ constructor: { name: [{ exists: true }] } }, {}), false);
    const record: unknown = JSON.parse('{"__proto__":{"b":1}}');
    assert.equal(compilePattern('{"__proto__":{"b":[1]}}')(record), true);
  });

  it("is not led astray by arrays that nest deeper than a stack", () => {
    let deep: unknown = "x";
    for (let level = 0; level < 200_000; level++) deep = [deep];
    assert.deepEqual(matching(["x"], [deep]), [deep]);
  });

  it("looks into a body that is JSON, or at one that is text, but never at the other", () => {
    const body = (text: string) => ({ body: new DataField(text) });
    assert.equal(matches({ body: { a: [1] } }, body('{"a":1}')), true);
    assert.equal(matches({ body: { a: [1] } }, body("a")), false);
    assert.equal(matches({ body: { a: [{ exists: false }] } }, body("a")), false);
    assert.equal(matches({ body: ["a", "1"] }, body("a")), true);
    assert.equal(matches({ body: ["a", "1"] }, body("1")), true);
    assert.equal(matches({ body: [{ "anything-but": ["b"] }] }, body('["a"]')), false);
    assert.equal(matches({ body: [{ exists: true }] }, body('{"a":1}')), false);
    assert.equal(matches({ body: [{ prefix: "{" }] }, body("{not json")), true);
    assert.equal(matches({ messageId: ["m"] }, { ...body("a"), messageId: "m" }), true);
  });

  it("is refused when it means nothing", () => {
    const nonsense = [
      ...["text", "[1]", "null", "{", '""', '{"a":"x"}', '{"a":[]}', '{"a":{}}', '{"a":1}', '{"a":[["x"]]}'],
      ...[
        '{"a":[{"unknown":1}]}',
        '{"a":[{"prefix":1}]}',
        '{"a":[{"prefix":"a","suffix":"b"}]}',
        '{"a":[{}]}',
      ],
      ...['{"a":[{"exists":"yes"}]}', '{"a":[{"exists":true,"prefix":"x"}]}', '{"a":[{"numeric":[]}]}'],
      ...[
        '{"a":[{"numeric":["!",1]}]}',
        '{"a":[{"numeric":[">","1"]}]}',
        '{"a":[{"numeric":["<",1,">",2]}]}',
      ],
      ...['{"a":[{"numeric":[">",2,"<",1]}]}', '{"a":[{"numeric":[">",2,"<"]}]}', '{"a":[{"numeric":"x"}]}'],
      ...['{"a":[{"anything-but":[]}]}', '{"a":[{"anything-but":["x",1]}]}', '{"a":[{"anything-but":null}]}'],
      ...['{"a":[{"anything-but":{"numeric":["=",1]}}]}', '{"a":[{"anything-but":{"prefix":[]}}]}'],
      ...['{"a":[{"cidr":"10.0.0.0"}]}', '{"a":[{"cidr":"10.0.0.0/33"}]}', '{"a":[{"wildcard":"a**"}]}'],
      ...['{"$or":[]}', '{"$or":{}}', '{"$or":[{"a":"x"}]}', '{"$or":[{}]}', '{"a":[{"constructor":1}]}'],
    ];
    for (const pattern of nonsense) {
      assert.throws(
        () => compilePattern(pattern),
        { message: "Invalid filter pattern definition." },
        pattern,
      );
    }
  });

  it("takes the empty pattern, and no pattern, for all records", () => {
    assert.equal(matches({}, { a: 1 }), true);
    assert.equal(matchesAny([], {}), true);
    assert.equal(matchesAny([compilePattern('{"a":[1]}'), compilePattern('{"a":[2]}')], { a: 2 }), true);
  });
});

describe("any pattern", () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

  it("of values matches exactly the records that have one of them", () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1 }), fc.array(leaf, { minLength: 1 }), (wanted, had) => {
        assert.equal(
          matches({ a: wanted }, { a: had }),
          had.some((value) => wanted.includes(value)),
        );
      }),
    );
  });

  it("of anything-but is the contrary of its operator, for every leaf", () => {
    const operator = fc.oneof(
      fc.string().map((prefix) => ({ prefix })),
      fc.string().map((suffix) => ({ suffix })),
      fc.string().map((text) => ({ "equals-ignore-case": text })),
    );
    fc.assert(
      fc.property(operator, leaf, (inner, value) => {
        assert.notEqual(
          matches({ a: [inner] }, { a: value }),
          matches({ a: [{ "anything-but": inner }] }, { a: value }),
        );
      }),
    );
  });

  it("is refused or compiled, and then answers for any record", () => {
    const operand = fc.jsonValue({ maxDepth: 2 });
    const name = fc.constantFrom("prefix", "suffix", "numeric", "anything-but", "wildcard", "cidr", "exists");
    const item = fc.oneof(
      operand,
      fc.tuple(name, operand).map(([key, value]) => ({ [key]: value })),
    );
    const key = fc.constantFrom("a", "b", "$or");
    fc.assert(
      fc.property(
        fc.dictionary(key, fc.array(item)),
        fc.dictionary(key, fc.jsonValue()),
        (pattern, record) => {
          try {
            matches(pattern, record);
          } catch (error) {
            assert.equal((error as Error).message, "Invalid filter pattern definition.");
          }
        },
      ),
    );
  });

  it("with a wildcard matches as a regular expression would", () => {
    const piece = fc.constantFrom("a", "b", "ab", "*", "\\*", "\\\\");
    const text = fc.array(fc.constantFrom("a", "b", "*", "\\")).map((characters) => characters.join(""));
    fc.assert(
      fc.property(fc.array(piece), text, (pieces, candidate) => {
        const wildcard = compileWildcard(pieces.join(""));
        if (wildcard === undefined) {
          assert.match(pieces.join(""), /\*\*/);
          return;
        }
        const expression = pieces.map((each) => (each === "*" ? ".*" : each)).join("");
        assert.equal(wildcard(candidate), new RegExp(`^(?:${expression})$`, "s").test(candidate));
      }),
    );
  });
});
