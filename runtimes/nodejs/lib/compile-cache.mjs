/**
 * What Node.js makes of a function's modules is kept for its later environments. The first one only says, after its first
 * response, which modules it has loaded; later ones find the cache in a folder that they cannot write to.
 */
import nodeModule from "node:module";
import process from "node:process";

const VARIABLE = "_LAMBKIN_COMPILE_CACHE";
/** Modules that were loaded in less are not worth a cache. Processor time, because a busy machine makes all functions slow. */
const LOADED_US_MIN = 10_000;
const MODULES_MAX = 2000;
// The function may put its own in their places.
const { setImmediate } = globalThis;

/** The first module, where it is none that `require` knows. @type {string | undefined} */
let entry;
/** Set while the function is being loaded. @type {NodeJS.CpuUsage | undefined} */
let started;
let isReportDue = false;

/** Before anything of the function is loaded. */
export function openCompileCache() {
  const folder = process.env[VARIABLE];
  if (folder === undefined) return;
  delete process.env[VARIABLE];
  if (folder === "") started = process.cpuUsage();
  else nodeModule.enableCompileCache?.(folder);
}

/** @param {string} file */
export function noteEntry(file) {
  entry = file;
}

/** When the function is loaded. */
export function noteLoaded() {
  if (started === undefined) return;
  const { user, system } = process.cpuUsage(started);
  isReportDue = user + system >= LOADED_US_MIN;
}

/**
 * When a response goes out; the report follows it.
 * @param {import("./client.mjs").Client} client
 */
export function noteReply(client) {
  if (!isReportDue) return;
  isReportDue = false;
  setImmediate(() => {
    const modules = Object.keys(nodeModule._cache).filter((file) => file.startsWith("/"));
    if (entry !== undefined) modules.unshift(entry);
    if (modules.length > 0) client.sendLoaded(JSON.stringify(modules.slice(0, MODULES_MAX)));
  });
}
