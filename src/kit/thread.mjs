/** The entry of every thread. Plain JavaScript, and the cache of `start.mjs`, for its reasons: a thread compiles everything anew. */
import { enableCompileCache } from "node:module";
import path from "node:path";

enableCompileCache(path.join(import.meta.dirname, "../../.cache/compiled"));
await import(process.argv[2]);
