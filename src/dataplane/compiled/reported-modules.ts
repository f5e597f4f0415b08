/** The list of loaded modules that a runtime sends: it comes from beside the function, so anything may be in it. */
import { COMPILED_LIMITS } from "../../config/mod.ts";

const NAME_CHARACTERS_MAX = 4096;

/** Undefined for what is no such list. Whether there are such files is for the sandbox to see that reads them. */
export function reportedModules(report: Buffer): string[] | undefined {
  if (report.length > COMPILED_LIMITS.reportBytesMax) return undefined;
  let list: unknown;
  try {
    list = JSON.parse(report.toString("utf8"));
  } catch {
    return undefined;
  }
  if (!Array.isArray(list) || list.length === 0 || list.length > COMPILED_LIMITS.filesMax) return undefined;
  return list.every(isFileName) ? list : undefined;
}

function isFileName(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("/") && name.length <= NAME_CHARACTERS_MAX;
}
