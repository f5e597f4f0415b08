/** What the Node.js bootstrap says of a function's modules, compiles of them without running any, and finds again. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { type Frame, findNodes, type Guest, NODE_BOOTSTRAP, startGuest } from "./bootstrap-harness.ts";

function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).slice(1).split(".")[0] ?? "";
}

/** Takes processor time when it is loaded, whatever else the machine does. */
const BURN = "const begun = process.cpuUsage(); while (process.cpuUsage(begun).user < 30_000);";
/** Each says when it runs. */
const FILES = {
  "app.js": `console.log("RUN app"); ${BURN} exports.handler = async () => [require("./a.js"), Object.keys(process.env).filter((name) => name.startsWith("_LAMBKIN"))];`,
  "a.js": `console.log("RUN a"); module.exports = require("node:module").getCompileCacheDir?.();`,
  "entry.mjs": `import "./leaf.mjs"; import "./a.js"; console.log("RUN entry"); ${BURN} export const handler = async () => 1;`,
  "leaf.mjs": `console.log("RUN leaf"); await 0;`,
  "broken.js": `console.log("RUN broken"); }`,
  "implied.js": `import "./leaf.mjs"; console.log("RUN implied"); export {};`,
  "data.json": "{}",
};

for (const { version, program } of findNodes(versionOf).filter((node) => Number(node.version) >= 22)) {
  describe(`Node.js ${version} compile cache`, () => {
    if (program === undefined) {
      it("is kept", (t) => t.skip(`Node.js ${version} is not on this machine`));
      return;
    }

    const start = (handler: string, variables: Record<string, string>): Promise<Guest> =>
      startGuest({ program, bootstrap: NODE_BOOTSTRAP, handler, files: FILES, variables });
    async function temporaryFolder(t: { after(work: () => Promise<void>): void }): Promise<string> {
      const folder = await mkdtemp(path.join(os.tmpdir(), "compile-test-"));
      t.after(() => rm(folder, { recursive: true, force: true }));
      return folder;
    }
    /** What comes of these modules. */
    async function compiled(modules: (folder: string) => string[], folder: string) {
      await using guest = await start("unused", { _LAMBKIN_COMPILER: folder });
      const list = Buffer.from(JSON.stringify(modules(guest.folder)));
      const head = Buffer.from([0, 0, 0, 0, 3]);
      head.writeUInt32BE(1 + list.length);
      guest.write(Buffer.concat([head, list]));
      const files: Frame[] = [];
      for (let frame = await guest.frame(); frame.name === "compiled"; frame = await guest.frame())
        files.push(frame);
      guest.hangUp();
      assert.deepEqual(await guest.exited, { code: 0, signal: null });
      // Node.js warns of what it cannot read.
      assert.doesNotMatch(guest.events().join("\n"), /RUN/, "something of the function ran");
      return files;
    }

    it("is reported after the first response: the modules of require, once", async () => {
      await using guest = await start("app.handler", { _LAMBKIN_COMPILE_CACHE: "" });
      await guest.ready();
      assert.deepEqual(await guest.call({}), [null, []]);
      const { name, payload } = await guest.frame();
      assert.equal(name, "loaded");
      assert.deepEqual(
        JSON.parse(payload.toString()),
        ["app.js", "a.js"].map((file) => path.join(guest.folder, file)),
      );
      for (let call = 0; call < 3; call++) assert.deepEqual(await guest.call({}), [null, []]);
    });

    it("is reported with the entry of ES modules", async () => {
      await using guest = await start("entry.handler", { _LAMBKIN_COMPILE_CACHE: "" });
      await guest.ready();
      await guest.call({});
      const modules = JSON.parse((await guest.frame()).payload.toString()) as string[];
      assert.equal(modules[0], path.join(guest.folder, "entry.mjs"));
    });

    it("is not reported by what is loaded in no time, nor where nobody asks", async () => {
      for (const [handler, variables] of [
        ["light.handler", { _LAMBKIN_COMPILE_CACHE: "" }],
        ["app.handler", {}],
      ] as const) {
        const files = { ...FILES, "light.js": "exports.handler = async () => [];" };
        await using guest = await startGuest({
          program,
          bootstrap: NODE_BOOTSTRAP,
          handler,
          files,
          variables,
        });
        await guest.ready();
        // A report would come before the second answer.
        for (let call = 0; call < 2; call++) assert.equal((await guest.invoke({})).name, "response");
      }
    });

    it("is made of modules of both kinds while nothing of them runs", async (t) => {
      const folder = await temporaryFolder(t);
      const names = ["app.js", "a.js", "entry.mjs", "broken.js", "implied.js", "data.json", "gone.js", ""];
      const files = await compiled((at) => names.map((name) => path.join(at, name)), folder);
      const [version] = await readdir(folder);
      for (const { requestId } of files) assert.match(requestId, new RegExp(`^${version}/[0-9a-f]+$`));
      // app, a, entry with leaf, implied, and the two that ask for them.
      assert.ok(files.length >= 5, `${files.length} files`);
      assert.equal(new Set(files.map((file) => file.requestId)).size, files.length);
    });

    it("is made of nothing where the list is nonsense", async (t) => {
      const folder = await temporaryFolder(t);
      const files = await compiled(
        () => ["/proc/self/mem", "/dev/zero", "/", "relative", "/no/such"],
        folder,
      );
      assert.ok(files.length <= 2, "there is nothing to compile");
    });

    it("is used where it is found, and harmless where it is rubbish", async (t) => {
      const folder = await temporaryFolder(t);
      await compiled((at) => [path.join(at, "app.js")], folder);
      const [version = ""] = await readdir(folder);
      for (const name of await readdir(path.join(folder, version))) {
        await writeFile(path.join(folder, version, name), "rubbish");
      }
      await using guest = await start("app.handler", { _LAMBKIN_COMPILE_CACHE: folder });
      await guest.ready();
      assert.deepEqual(await guest.call({}), [path.join(folder, version), []]);
    });
  });
}
