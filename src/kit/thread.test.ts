import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { it } from "node:test";
import { pathToFileURL } from "node:url";
import { startThread } from "./thread.ts";

it("a thread runs its module with its data, and keeps what was compiled of it", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "lambkin-thread-"));
  try {
    const file = path.join(folder, "module.ts");
    await writeFile(
      file,
      `import { getCompileCacheDir } from "node:module";
       import { parentPort, workerData } from "node:worker_threads";
       parentPort?.on("message", (message: string) => {
         parentPort?.postMessage([message, workerData as unknown, getCompileCacheDir() !== undefined]);
         parentPort?.close();
       });`,
    );
    const thread = startThread(pathToFileURL(file), { workerData: { is: "there" } });
    const ended = once(thread, "exit");
    // Said before the module can listen.
    thread.postMessage("early");
    const [answer] = await once(thread, "message");
    assert.deepEqual(answer, ["early", { is: "there" }, true]);
    assert.deepEqual(await ended, [0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
