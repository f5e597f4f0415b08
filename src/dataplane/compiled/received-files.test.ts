import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COMPILED_LIMITS } from "../../config/mod.ts";
import { type FilesEnd, ReceivedFiles } from "./received-files.ts";

const FOLDER = "v26.10.0-x64-310b2ce3-993";

function frame(name: string, content: Buffer | string = "content"): Buffer {
  const text = Buffer.from(name, "latin1");
  return Buffer.concat([Buffer.from([text.length]), text, Buffer.from(content)]);
}

function receiver() {
  const ends: FilesEnd[] = [];
  const files = new ReceivedFiles((end) => ends.push(end));
  return { ends, files };
}

describe("files of a compile cache that arrive", () => {
  it("are kept by name until the guest says that it was all", () => {
    const { ends, files } = receiver();
    files.add(frame(`${FOLDER}/05cd2bd9`, "one"));
    files.add(frame(`${FOLDER}/a`, "two"));
    assert.deepEqual(ends, []);
    files.end();
    files.end();
    files.add(frame(`${FOLDER}/b`, "late"));
    assert.deepEqual(ends, ["whole"]);
    assert.deepEqual(
      files.files.map(({ name, content }) => [name, String(content)]),
      [
        [`${FOLDER}/05cd2bd9`, "one"],
        [`${FOLDER}/a`, "two"],
      ],
    );
  });

  for (const name of [
    "",
    "a",
    `${FOLDER}/`,
    `${FOLDER}/../x`,
    `${FOLDER}/a/b`,
    `/${FOLDER}/a`,
    `../${FOLDER}/a`,
    "../../etc/passwd",
    "..-a/b",
    "v.-./a",
    `${FOLDER}/A`,
    `${FOLDER}/a\n`,
    `${FOLDER}/a\0`,
    `${FOLDER}/0123456789abcdef0`,
    `v${"1".repeat(30)}-x/a`,
  ]) {
    it(`are all refused with one that is called ${JSON.stringify(name)}`, () => {
      const { ends, files } = receiver();
      files.add(frame(`${FOLDER}/a`));
      files.add(frame(name));
      files.end();
      assert.deepEqual([ends, files.files], [["broken"], []]);
    });
  }

  it("are all refused when one comes twice, a frame is cut short, or there are too many", () => {
    const twice = receiver();
    for (let time = 0; time < 2; time++) twice.files.add(frame(`${FOLDER}/a`));
    const short = receiver();
    short.files.add(Buffer.from([200, 1, 2]));
    const many = receiver();
    for (let at = 0; at <= COMPILED_LIMITS.filesMax; at++)
      many.files.add(frame(`${FOLDER}/${at.toString(16)}`));
    for (const { ends, files } of [twice, short, many]) {
      assert.deepEqual([ends, files.files], [["broken"], []]);
    }
  });

  it("are all refused when they are too much together", () => {
    const { ends, files } = receiver();
    const piece = Buffer.alloc(COMPILED_LIMITS.bytesMax / 8);
    for (let at = 0; at < 9; at++) files.add(frame(`${FOLDER}/${at}`, piece));
    assert.deepEqual([ends, files.files], [["broken"], []]);
  });
});
