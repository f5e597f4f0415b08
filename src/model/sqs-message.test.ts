/** Digests against values that AWS has answered, as pinned by public test suites of SQS clients and substitutes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { md5OfAttributes, md5OfBody } from "./sqs-message.ts";

test("attributes are digested as on AWS", () => {
  const number = (text: string) => ({ type: "Number", text });
  assert.equal(md5OfAttributes({ timestamp: number("1493147359900") }), "235c5c510d26fb653d073faed50ae77c");
  assert.equal(md5OfAttributes({ timestamp: number("1493147359901") }), "994258b45346a2cc3f9cbb611aa7af30");
  const name = "SOME_Valid.attribute-Name";
  assert.equal(md5OfAttributes({ [name]: number("1493147359900") }), "36655e7e9d7c0e8479fa3f3f42247ae7");
  assert.equal(md5OfAttributes(undefined), undefined);
});

test("names are taken in order, whatever the order they came in", () => {
  const a = { type: "String", text: "1" };
  const b = { type: "Binary", base64: "AQI=" };
  assert.equal(md5OfAttributes({ a, b }), md5OfAttributes({ b, a }));
  assert.notEqual(md5OfAttributes({ a, b }), md5OfAttributes({ a }));
});

test("a body is digested as its UTF-8 bytes", () => {
  assert.equal(md5OfBody("This is a test message"), "fafb00f5732ab283681e124bf8747ed1");
});

test("of every type it is what was recorded on AWS", () => {
  const texts = (attributes: Record<string, string>) =>
    md5OfAttributes(
      Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, { type: "String", text }])),
    );
  assert.equal(texts({ Foo: "Bar" }), "ae7155c6026991b6d54b11589678bf9c");
  assert.equal(texts({ Hello: "There", General: "Kenobi" }), "fca026605781cb4126a1e9044df24232");
  assert.equal(
    texts({ "Help.Me": "Me", Hello: "There", General: "Kenobi" }),
    "4c360f3fdafd970e05fae2f149d997f5",
  );
  const trace = "traceparent\u001e00-774062d6c37081a5a0b9b5b88e30627c-2d2482211f6489da-01";
  const binary = { type: "Binary", base64: Buffer.from(trace).toString("base64") };
  assert.equal(md5OfAttributes({ attr1: binary }), "8cbe4db156db8a94db8b801b7addb984");
});
