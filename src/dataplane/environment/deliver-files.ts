/** Brings a function's files into folders that a running sandbox sees already. */
import { linkSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";

/**
 * Links every file of a tree into an empty folder of the same file system: nothing is copied, and the sandbox's mount keeps
 * it read-only. False where there are more entries than are worth it; what was made until then stays behind.
 */
export function linkTree(from: string, to: string): boolean {
  let left = ENVIRONMENT_LIMITS.linkedEntriesMax;
  const link = (source: string, target: string): boolean => {
    for (const entry of readdirSync(source, { withFileTypes: true })) {
      if (--left < 0) return false;
      const here = path.join(source, entry.name);
      const there = path.join(target, entry.name);
      if (entry.isDirectory()) {
        mkdirSync(there, { mode: statSync(here).mode });
        if (!link(here, there)) return false;
      } else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(here), there);
      else linkSync(here, there);
    }
    return true;
  };
  return link(from, to);
}
