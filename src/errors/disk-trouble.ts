/**
 * What is wrong with the disk, in words for whoever asked for something to be kept; undefined where it is something else.
 * `isReadOnly` is asked where the error does not tell.
 */
export function diskTrouble(error: unknown, isReadOnly: () => boolean = () => false): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, errcode } = error as NodeJS.ErrnoException & { errcode?: number };
  // SQLite's extended codes have the primary one in their low byte.
  const primary = errcode === undefined ? undefined : errcode & 0xff;
  if (code === "ENOSPC" || code === "EDQUOT" || primary === SQLITE_FULL) {
    return "The server has no space left on its disk. Nothing was kept of this request.";
  }
  if (code === "EROFS" || primary === SQLITE_READONLY) {
    return "The server cannot write to its disk: it is read-only. Nothing was kept of this request.";
  }
  if (code === "EIO" || primary === SQLITE_IOERR) {
    const trouble = isReadOnly() ? "cannot write to its disk: it is read-only" : "has a disk that failed";
    return `The server ${trouble}. It is not known whether this request was kept.`;
  }
  return undefined;
}

/** Source: sqlite.org/rescode.html. */
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
