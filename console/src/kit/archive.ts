/**
 * The files of a zip archive, as a page shows and changes them. The library that unpacks forgets each file's Unix mode, and a
 * `bootstrap` that is not executable runs no more: the modes are read from the archive's directory here.
 */
import { unzipSync, type Zippable, zipSync } from "fflate";

export interface ArchiveFile {
  readonly bytes: Uint8Array;
  /** Unix mode and file type, as `stat` has them. */
  readonly mode: number;
}

export type Archive = ReadonlyMap<string, ArchiveFile>;

const UNIX = 3;
const ORDINARY_FILE = 0o100644;
const DIRECTORY_SIGNATURE = 0x02014b50;
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;

/** Throws when it is not a zip archive. Folders of their own are left out: the files name theirs. */
export function readArchive(bytes: Uint8Array): Archive {
  const modes = modesIn(bytes);
  const files = new Map<string, ArchiveFile>();
  for (const [name, content] of Object.entries(unzipSync(bytes))) {
    if (!name.endsWith("/")) files.set(name, { bytes: content, mode: modes.get(name) ?? ORDINARY_FILE });
  }
  return files;
}

export function writeArchive(files: Archive): Uint8Array<ArrayBuffer> {
  const entries: Zippable = {};
  for (const [name, { bytes, mode }] of files) {
    entries[name] = [bytes, { os: UNIX, attrs: (mode << 16) >>> 0 }];
  }
  return new Uint8Array(zipSync(entries, { level: 6 }));
}

export function textFile(text: string, mode = ORDINARY_FILE): ArchiveFile {
  return { bytes: new TextEncoder().encode(text), mode };
}

/** Undefined for what is no text. */
export function textOf({ bytes }: ArchiveFile): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Source: APPNOTE.TXT, "Central directory structure"; the upper half of the external attributes is the Unix mode. */
function modesIn(bytes: Uint8Array): Map<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const modes = new Map<string, number>();
  const end = endOfDirectory(view);
  if (end === undefined) return modes;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== DIRECTORY_SIGNATURE) break;
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const mode = view.getUint32(at + 38, true) >>> 16;
    if (view.getUint8(at + 5) === UNIX && mode !== 0) modes.set(name, mode);
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return modes;
}

function endOfDirectory(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= first; at--) {
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  }
  return undefined;
}
