/** Builds the page into .cache/console and packs each file beside itself, so that the server only hands out what is ready. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";

const OUTPUT = path.join(import.meta.dirname, "../.cache/console");
/** Smaller files fit one packet anyhow. */
const PACK_BYTES_MIN = 1024;
const PACKABLE = /\.(html|js|css|svg|json)$/;

await build({ root: import.meta.dirname, logLevel: "warn" });

for (const name of readdirSync(OUTPUT, { recursive: true, encoding: "utf8" })) {
  const file = path.join(OUTPUT, name);
  if (!PACKABLE.test(name) || statSync(file).size < PACK_BYTES_MIN) continue;
  const bytes = readFileSync(file);
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
}
