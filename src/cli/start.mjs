/** Keeps what Node makes of our TypeScript from one start to the next; plain JavaScript, as src/start.mjs is, and why. */
import { enableCompileCache } from "node:module";
import path from "node:path";

enableCompileCache(path.join(path.dirname(path.dirname(import.meta.dirname)), ".cache/compiled"));
await import("./main.ts");
