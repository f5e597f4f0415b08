import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { CompiledCode, compiledKey } from "./compiled-code.ts";

const IN_USE_MS = 1000;
const sha = (letter: string): string => Buffer.alloc(32, letter).toString("base64");
const key = (letter: string, ...others: string[]): string => compiledKey(sha(letter), others);
const file = (name: string, bytes: number) => ({ name, content: Buffer.alloc(bytes, "x") });

describe("compiled code", () => {
  let dataDir: string;
  let clock: HandClock;
  const open = async (storedBytesMax = 100): Promise<CompiledCode> => {
    const compiled = new CompiledCode({ dataDir, clock, storedBytesMax, inUseMs: IN_USE_MS });
    await compiled.open();
    return compiled;
  };
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), "lambkin-compiled-"));
    clock = new HandClock();
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));

  it("is found again by its code and what else it depends on, after a restart, too", async () => {
    await (await open()).keep(key("a", "x"), [file("v1/a", 10), file("v1/b", 5)]);
    const compiled = await open();
    const folder = compiled.find(key("a", "x")) ?? "";
    assert.deepEqual(await readdir(path.join(folder, "v1")), ["a", "b"]);
    assert.equal((await readFile(path.join(folder, "v1/a"))).length, 10);
    for (const other of [key("a"), key("a", "y"), key("b", "x")]) {
      assert.equal(compiled.find(other), undefined);
      assert.equal(compiled.has(other), false);
    }
  });

  it("never changes once it is there", async () => {
    const compiled = await open();
    await compiled.keep(key("a"), [file("v1/a", 10)]);
    await compiled.keep(key("a"), [file("v1/b", 10)]);
    assert.deepEqual(await readdir(path.join(compiled.find(key("a")) ?? "", "v1")), ["a"]);
  });

  it("is kept as a whole or not at all", async () => {
    const compiled = await open();
    for (const name of ["../x", "v1/../../x", "x", "v1/a/b", "/v1/a", "v1/", "../a", "..//a"]) {
      await assert.rejects(compiled.keep(key("a"), [file("v1/a", 1), file(name, 1)]), /not a name/);
    }
    await assert.rejects(compiled.keep(key("a"), [file("v1/a", 1), file("v1/a", 1)]));
    assert.equal(compiled.find(key("a")), undefined);
    assert.deepEqual(await readdir(path.join(dataDir, "compiled")), []);
    assert.deepEqual(await readdir(dataDir), ["compiled"]);
  });

  it("is cleared of what a killed server left, and of what is not ours", async () => {
    await (await open()).keep(key("a"), [file("v1/a", 1)]);
    const root = path.join(dataDir, "compiled");
    await mkdir(path.join(root, "7.tmp/v1"), { recursive: true });
    await writeFile(path.join(root, "stray"), "");
    assert.equal((await open()).count, 1);
    assert.equal((await readdir(root)).length, 1);
  });

  it("goes when there is too much of it, the least recently used first, but not what was just asked for", async () => {
    const compiled = await open(100);
    for (const letter of ["a", "b", "c"]) {
      await compiled.keep(key(letter), [file("v1/a", 30)]);
      clock.pass(IN_USE_MS);
    }
    compiled.find(key("a"));
    clock.pass(IN_USE_MS);
    const third = compiled.find(key("c")) ?? "";
    await compiled.keep(key("d"), [file("v1/a", 60)]);
    assert.equal(compiled.has(key("b")), false);
    assert.equal(compiled.has(key("a")), false);
    assert.ok(existsSync(third));
    await compiled.keep(key("e"), [file("v1/a", 60)]);
    assert.ok(existsSync(third), "it is in use");
    clock.pass(IN_USE_MS);
    await compiled.keep(key("f"), [file("v1/a", 1)]);
    assert.equal(existsSync(third), false);
  });

  it("goes with its code", async () => {
    const compiled = await open();
    for (const letter of ["a", "b"]) await compiled.keep(key(letter), [file("v1/a", 1)]);
    clock.pass(IN_USE_MS);
    await compiled.collect(new Set([sha("a")]));
    assert.deepEqual([compiled.has(key("a")), compiled.has(key("b"))], [true, false]);
    assert.equal((await readdir(path.join(dataDir, "compiled"))).length, 1);
  });
});
