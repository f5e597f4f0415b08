/**
 * The entry: what concerns Node.js itself and not the server. Plain JavaScript, because what is loaded before the compile cache
 * is there is compiled again every time.
 */
import { enableCompileCache } from "node:module";
import path from "node:path";
import { setFlagsFromString } from "node:v8";

// A start runs once: V8's optimising compilers come too late to help it, but they and what they make stay in memory, 7 MB
// (docs/decisions/0024-idle-memory.md). Before the cache, whose folder is named after V8's settings.
optimise(false);
// Keeps what Node makes of our TypeScript from one start to the next: saves 25 MB and a fifth of the time to the ready line.
enableCompileCache(path.join(path.dirname(import.meta.dirname), ".cache/compiled"));
const { started } = await import("./main.ts");
await started;
optimise(true);

/**
 * From now on. By filters of names (all, or all but all) and not by switching the compilers off: V8 goes on counting calls towards
 * them, and what the start has made hot is compiled as soon as it is called again.
 */
function optimise(isOn) {
  for (const compiler of ["maglev", "turbo"]) setFlagsFromString(`--${compiler}-filter=${isOn ? "*" : "-*"}`);
}
