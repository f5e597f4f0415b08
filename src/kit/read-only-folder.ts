/** Asks a disk that has just failed whether it takes writes at all: SQLite tells of a failure only, not of its cause. */
import { rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Blocks for one small write; for the way of errors only. */
export function isReadOnlyFolder(folder: string): boolean {
  const probe = path.join(folder, `.probe-${process.pid}`);
  try {
    writeFileSync(probe, "");
    rmSync(probe);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS";
  }
}
