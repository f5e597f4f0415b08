import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { zipSync } from "fflate";
import { CodeStorage } from "./code-storage.ts";

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const archive = (files: Record<string, string>): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, text(content)]))),
  );

describe("code storage", () => {
  let folder: string;
  let code: CodeStorage;
  before(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-code-"));
    code = new CodeStorage(folder);
    await code.open();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("keeps an archive once, whole, and unpacked", async () => {
    const zip = archive({ "a.py": "one", "b/c.py": "two" });
    const stored = await Promise.all([code.store(zip), code.store(zip)]);
    assert.deepEqual(stored[0], stored[1]);
    const { sha256, bytes, unzippedBytes } = stored[0];
    assert.equal(bytes, zip.length);
    assert.equal(unzippedBytes, 6);
    assert.deepEqual(await code.read(sha256), zip);
    assert.equal(await readFile(path.join(await code.unpacked(sha256), "b/c.py"), "utf8"), "two");
  });

  it("merges archives in order, a folder over a file too", async () => {
    const first = await code.store(archive({ "x.txt": "1", "y/z.txt": "1", w: "a file" }));
    const second = await code.store(archive({ "x.txt": "2", "w/inner.txt": "2" }));
    const merged = (await code.merged([first.sha256, second.sha256])) ?? "";
    assert.equal(await readFile(path.join(merged, "x.txt"), "utf8"), "2");
    assert.equal(await readFile(path.join(merged, "y/z.txt"), "utf8"), "1");
    assert.equal(await readFile(path.join(merged, "w/inner.txt"), "utf8"), "2");
    assert.equal(await readFile(path.join(await code.unpacked(first.sha256), "x.txt"), "utf8"), "1");
    assert.equal(await code.merged([]), undefined);
  });

  it("collects what nobody needs, but nothing that is in use or young", async () => {
    const needed = await code.store(archive({ "needed.py": "" }));
    const used = await code.store(archive({ "used.py": "" }));
    const layer = await code.store(archive({ "layer.py": "" }));
    const gone = await code.store(archive({ "gone.py": "" }));
    const trees = {
      used: await code.unpacked(used.sha256),
      merged: (await code.merged([layer.sha256, used.sha256])) ?? "",
      gone: await code.unpacked(gone.sha256),
    };
    const keep = new Set([needed.sha256]);
    const inUse = [{ code: used.sha256, layers: [layer.sha256, used.sha256] }];
    await code.collect(keep, inUse, Date.now() - 60_000);
    assert.ok(existsSync(trees.gone), "it is young");
    await code.collect(keep, inUse, Date.now() + 60_000);
    assert.ok(!existsSync(trees.gone));
    assert.ok(existsSync(trees.used) && existsSync(trees.merged));
    await assert.rejects(code.read(gone.sha256));
    assert.ok((await code.read(needed.sha256)).length > 0);
    await code.collect(keep, [], Date.now() + 60_000);
    assert.ok(!existsSync(trees.used) && !existsSync(trees.merged));
  });

  it("clears half-done work when it is opened", async () => {
    const half = path.join(folder, "code", "x.zip.0.tmp");
    await writeFile(half, "half");
    await new CodeStorage(folder).open();
    assert.ok(!existsSync(half));
  });
});
