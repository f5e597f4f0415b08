/**
 * The other job of this runtime: compiles the modules of a function without running anything of them, and sends what Node.js
 * would keep of it in a compile cache.
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import nodeModule from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "./client.mjs";
import { readFrame } from "./parking.mjs";

const VARIABLE = "_LAMBKIN_COMPILER";
const COMPILE = 3;
/** A larger source is a mistake, or worse. */
const SOURCE_BYTES_MAX = 50_000_000;
const BEFORE_RUNNING = new Error("compiled, and that is all");

export function isCompiler() {
  return process.env[VARIABLE] !== undefined;
}

/** Ends the process when all is sent. */
export async function compileModules() {
  const frame = readFrame();
  if (frame[0] !== COMPILE) process.exit(1);
  nodeModule.enableCompileCache(process.env[VARIABLE]);
  for (const file of JSON.parse(frame.toString("utf8", 1))) await compile(file);
  nodeModule.flushCompileCache();
  const client = new Client(
    () => {},
    () => process.exit(0),
  );
  client.keepLoopAlive();
  const folder = nodeModule.getCompileCacheDir();
  for (const name of readdirSync(folder)) {
    client.sendCompiled(`${path.basename(folder)}/${name}`, readFileSync(path.join(folder, name)));
  }
  client.sendCompiledAll();
}

/** What cannot be compiled is left out. @param {string} file */
async function compile(file) {
  try {
    const status = statSync(file);
    if (!status.isFile() || status.size > SOURCE_BYTES_MAX || /\.(json|node|wasm)$/.test(file)) return;
    if (file.endsWith(".mjs") || !compileCommonJs(file)) await compileGraph(file);
  } catch {
    // Its environments will compile it themselves.
  }
}

/**
 * Node.js compiles a module, looks up its exports, and runs it: these exports end that in between. False for ES modules.
 * @param {string} file
 */
function compileCommonJs(file) {
  const module = new nodeModule(file);
  Object.defineProperty(module, "exports", {
    get() {
      throw BEFORE_RUNNING;
    },
  });
  try {
    module._compile(readFileSync(file, "utf8"), file, "commonjs");
  } catch (error) {
    return error === BEFORE_RUNNING;
  }
  return true;
}

/**
 * An ES module and all that it imports: they are compiled, then bound to each other, then run. What cannot be bound is never run.
 * @param {string} file
 */
async function compileGraph(file) {
  const source = `import ${JSON.stringify(pathToFileURL(file).href)}; import { _nothingOfThisName } from "node:fs";`;
  await import(`data:text/javascript,${encodeURIComponent(source)}`);
}
