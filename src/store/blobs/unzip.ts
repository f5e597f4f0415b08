/** Unpacks an uploaded archive into a fresh folder, or refuses it with AWS's words. Never writes outside that folder. */
import { createWriteStream } from "node:fs";
import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import yauzl, { type Entry, type ZipFile } from "yauzl";
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { ApiError, invalidParameter, unzippedTooLarge } from "../../errors/mod.ts";

const FILE_TYPE_MASK = 0o170000;
const SYMLINK_TYPE = 0o120000;
const ANY_EXECUTE = 0o111;
const LINK_TARGET_BYTES_MAX = 4096;
const GENERAL_PURPOSE_ENCRYPTED = 0x1;

/** Recorded on AWS. */
function notUnzippable(): ApiError {
  return invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
}

/** Widely reported text. */
export function emptyArchive(): ApiError {
  return invalidParameter("Uploaded file must be a non-empty zip");
}

/** An archive in memory, or the path of its file. */
export type ZipSource = Buffer | string;

/**
 * Extracts `zip` into `folder`, which must not exist yet; on any refusal the folder is gone again.
 * Modes become 0755 for what anybody may execute and 0644 else: archives made by code often carry
 * owner-only modes, and the function runs as another user. Throws InvalidParameterValueException.
 */
export async function unzip(zip: ZipSource, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await withArchive(zip, async (archive) => {
      const { entries } = await readDirectory(archive);
      await extract(archive, entries, folder);
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (error instanceof ApiError || isSystemError(error)) throw error;
    throw notUnzippable();
  }
}

/** What the archive says it unpacks to, in bytes. Throws as `unzip` does. */
export async function unzippedBytesOf(zip: ZipSource): Promise<number> {
  try {
    return await withArchive(zip, async (archive) => (await readDirectory(archive)).unzippedBytes);
  } catch (error) {
    if (error instanceof ApiError || isSystemError(error)) throw error;
    throw notUnzippable();
  }
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "errno" in error && !isNameError(error);
}

/** Names the file system cannot hold (too long, a file where a folder is needed) are the archive's fault. */
function isNameError(error: Error): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ENAMETOOLONG", "ENOTDIR", "EISDIR", "EEXIST", "ELOOP"].includes(code);
}

async function withArchive<T>(zip: ZipSource, work: (archive: ZipFile) => Promise<T>): Promise<T> {
  const options = { lazyEntries: true, strictFileNames: false, validateEntrySizes: true, autoClose: false };
  const archive =
    typeof zip === "string"
      ? await yauzl.openPromise(zip, options)
      : await yauzl.fromBufferPromise(zip, options);
  try {
    return await work(archive);
  } finally {
    archive.close();
  }
}

/** The whole directory first: sizes and names are judged before a byte is written. */
async function readDirectory(archive: ZipFile): Promise<{ entries: Entry[]; unzippedBytes: number }> {
  if (archive.entryCount === 0) throw emptyArchive();
  if (archive.entryCount > LAMBDA_LIMITS.codeEntriesMax) throw notUnzippable();
  const entries: Entry[] = [];
  let unzippedBytes = 0;
  for await (const entry of archive.eachEntry()) {
    if ((entry.generalPurposeBitFlag & GENERAL_PURPOSE_ENCRYPTED) !== 0) throw notUnzippable();
    if (entry.fileName.includes("\0")) throw notUnzippable();
    unzippedBytes += entry.uncompressedSize;
    if (unzippedBytes > LAMBDA_LIMITS.codeUnzippedBytesMax)
      throw unzippedTooLarge(LAMBDA_LIMITS.codeUnzippedBytesMax);
    entries.push(entry);
  }
  return { entries, unzippedBytes };
}

async function extract(archive: ZipFile, entries: readonly Entry[], folder: string): Promise<void> {
  const links: { at: string; target: string }[] = [];
  const madeFolders = new Set<string>([folder]);
  for (const entry of entries) {
    const at = path.join(folder, entry.fileName);
    const unixMode = entry.externalFileAttributes >>> 16;
    const isFolder = entry.fileName.endsWith("/");
    const parent = isFolder ? at : path.dirname(at);
    if (!madeFolders.has(parent)) {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      madeFolders.add(parent);
    }
    if (isFolder) continue;
    const content = await archive.openReadStreamPromise(entry);
    if ((unixMode & FILE_TYPE_MASK) === SYMLINK_TYPE) {
      links.push({ at, target: await readLinkTarget(content, entry) });
    } else {
      const mode = (unixMode & ANY_EXECUTE) === 0 ? 0o644 : 0o755;
      // wx: a second entry of the same name is refused, so that nothing is ever written through a link.
      await pipeline(content, createWriteStream(at, { flags: "wx", mode }));
    }
  }
  // Links come last: no entry can have been written through one.
  for (const { at, target } of links) {
    if (!staysInside(folder, at, target)) throw notUnzippable();
    await symlink(target, at);
  }
  // Each may look harmless alone and point outside through another (`d/b -> ..`, `c -> d/b/..`).
  const root = await realpath(folder);
  for (const { at } of links) {
    const real = await realpath(at).catch(() => root);
    if (real !== root && !real.startsWith(root + path.sep)) throw notUnzippable();
  }
}

async function readLinkTarget(content: Readable, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > LINK_TARGET_BYTES_MAX) throw notUnzippable();
  return text(content);
}

/** Judged by the text alone: it holds for targets that do not exist, too. */
function staysInside(folder: string, at: string, target: string): boolean {
  if (path.isAbsolute(target) || target.includes("\0")) return false;
  const resolved = path.resolve(path.dirname(at), target);
  return resolved === folder || resolved.startsWith(folder + path.sep);
}
