/** The entry of a front's thread. Plain JavaScript, and the cache of `start.mjs`, for its reasons: a quarter of the time to listen. */
import { enableCompileCache } from "node:module";
import path from "node:path";

enableCompileCache(path.join(import.meta.dirname, "../../.cache/compiled"));
await import("./front-thread.ts");
