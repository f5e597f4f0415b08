import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { COMPILED_LIMITS } from "../../config/mod.ts";
import { reportedModules } from "./reported-modules.ts";

const read = (value: unknown): string[] | undefined => reportedModules(Buffer.from(JSON.stringify(value)));

describe("a report of loaded modules", () => {
  it("is a list of absolute names", () => {
    assert.deepEqual(read(["/var/task/index.js", "/opt/x"]), ["/var/task/index.js", "/opt/x"]);
  });

  it("is nothing when it is anything else", () => {
    for (const value of [null, 1, "/a", {}, { length: 1 }, [], [1], ["a"], ["/a", null], [["/a"]]]) {
      assert.equal(read(value), undefined, JSON.stringify(value));
    }
    for (const text of ["", "[", "\xff", "['/a']"])
      assert.equal(reportedModules(Buffer.from(text)), undefined);
  });

  it("has bounds: so many names, so long, so many bytes", () => {
    const names = (count: number) => Array.from({ length: count }, () => "/a");
    assert.equal(read(names(COMPILED_LIMITS.filesMax))?.length, COMPILED_LIMITS.filesMax);
    assert.equal(read(names(COMPILED_LIMITS.filesMax + 1)), undefined);
    assert.equal(read([`/${"a".repeat(4096)}`]), undefined);
    const many = Array.from({ length: 200 }, () => `/${"a".repeat(4000)}`);
    assert.equal(read(many), undefined);
  });
});
