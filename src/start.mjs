/**
 * The entry: keeps what Node makes of our TypeScript from one start to the next, which saves 25 MB and a fifth of the time to the
 * ready line. Plain JavaScript, because what is loaded before the cache is there is made again every time.
 */
import { enableCompileCache } from "node:module";
import path from "node:path";

enableCompileCache(path.join(path.dirname(import.meta.dirname), ".cache/compiled"));
await import("./main.ts");
