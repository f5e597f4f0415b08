/** The rules of gitignore(5), as far as packages need them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { IgnoreRules } from "./ignore-rules.ts";

const CASES: readonly (readonly [lines: string[], ignored: string[], kept: string[]])[] = [
  [["*.log"], ["a.log", "deep/b.log"], ["a.logs", "log"]],
  [["/build"], ["build"], ["src/build"]],
  [["build/"], ["build", "src/build"], []],
  [["doc/*.txt"], ["doc/a.txt"], ["doc/sub/a.txt", "other/doc/a.txt"]],
  [["**/cache"], ["cache", "a/b/cache"], ["cached"]],
  [["a/**/z"], ["a/z", "a/b/z", "a/b/c/z"], ["z", "b/a/z"]],
  [["logs/**"], ["logs/a", "logs/a/b"], ["logs"]],
  [
    ["*.md", "!README.md"],
    ["NOTES.md", "a/b.md"],
    ["README.md", "a/README.md"],
  ],
  [
    ["file?.[ch]", "x[!0-9]"],
    ["file1.c", "file2.h", "xa"],
    ["file10.c", "file1.o", "x1"],
  ],
  [["# no rule", "", "\\#one"], ["#one"], ["no rule"]],
  [["a.b+c(1)"], ["a.b+c(1)"], ["aXb+c(1)", "a.bbc1"]],
];

describe("ignore rules", () => {
  for (const [lines, ignored, kept] of CASES) {
    it(JSON.stringify(lines), () => {
      const rules = new IgnoreRules(lines);
      for (const name of ignored) assert.ok(rules.ignores(name, true), `${name} should be ignored`);
      for (const name of kept) assert.ok(!rules.ignores(name, true), `${name} should be kept`);
    });
  }

  it("for folders leave files alone", () => {
    assert.ok(!new IgnoreRules(["build/"]).ignores("build", false));
  });
});
