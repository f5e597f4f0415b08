/** From the handler string to the function to call, or a RuntimeError in AWS's words (recorded answers). */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { noteEntry } from "./compile-cache.mjs";
import { RuntimeError } from "./errors.mjs";

/** The export begins at the first dot after the last slash. */
const HANDLER = /^([^.]*)\.(.*)$/;

/** As if the entry asked for the module: its name ends the "Require stack" of what cannot be found. */
const require = createRequire(new URL("../bootstrap.mjs", import.meta.url));

/**
 * @param {string} taskRoot
 * @param {string} handler `folder/module.export`, the export may be nested: `module.a.b`
 * @returns {Promise<Function>} rejects with RuntimeError, and what the module itself throws
 */
export async function loadHandler(taskRoot, handler) {
  if (handler.includes("..")) {
    throw new RuntimeError(
      "Runtime.MalformedHandlerName",
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const folder = handler.slice(0, handler.lastIndexOf("/") + 1);
  const match = HANDLER.exec(handler.slice(folder.length));
  if (match === null) throw new RuntimeError("Runtime.MalformedHandlerName", "Bad handler");
  const [, moduleName = "", exportPath = ""] = match;
  let found = await loadModule(taskRoot, folder + moduleName);
  for (const name of exportPath.split(".")) found = found?.[name];
  if (found === undefined || found === null) {
    throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is undefined or not exported`);
  }
  if (typeof found !== "function") {
    throw new RuntimeError("Runtime.HandlerNotFound", `${handler} is not a function`);
  }
  return found;
}

/**
 * The order is AWS's: the file as named, `.js` as its package says, `.mjs`, `.cjs`, then as Node finds packages.
 * @param {string} taskRoot
 * @param {string} name
 * @returns {Promise<any>}
 */
async function loadModule(taskRoot, name) {
  const base = path.resolve(taskRoot, name);
  try {
    if (isFile(base)) return require(base);
    if (isFile(`${base}.js`)) {
      return isModulePackage(taskRoot, base) ? await importFile(`${base}.js`) : require(`${base}.js`);
    }
    if (isFile(`${base}.mjs`)) return await importFile(`${base}.mjs`);
    if (isFile(`${base}.cjs`)) return require(`${base}.cjs`);
    // From the function's folder and the layers' (NODE_PATH).
    return require(require.resolve(name, { paths: [taskRoot, path.dirname(base)] }));
  } catch (error) {
    throw asLoadError(error);
  }
}

/** @param {string} file */
function importFile(file) {
  noteEntry(file);
  return import(pathToFileURL(file).href);
}

/** @param {string} file */
function isFile(file) {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Whether the nearest package.json at or above the file says so; not looked for above the function's folder.
 * @param {string} taskRoot
 * @param {string} file
 */
function isModulePackage(taskRoot, file) {
  const root = path.resolve(taskRoot);
  for (let folder = path.dirname(file); folder.startsWith(root); folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (isFile(manifest)) {
      try {
        return JSON.parse(readFileSync(manifest, "utf8")).type === "module";
      } catch {
        return false;
      }
    }
    if (folder === path.dirname(folder)) break;
  }
  return false;
}

/** @param {unknown} error */
function asLoadError(error) {
  if (error instanceof SyntaxError) {
    return new RuntimeError("Runtime.UserCodeSyntaxError", String(error), error);
  }
  const code = /** @type {{ code?: string } | null | undefined} */ (error)?.code;
  if (code === "MODULE_NOT_FOUND" || code === "ERR_MODULE_NOT_FOUND") {
    return new RuntimeError("Runtime.ImportModuleError", String(error), error);
  }
  return error;
}
