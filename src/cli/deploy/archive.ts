/**
 * Makes a zip of a package. The same files give the same bytes, so that an unchanged package is recognised by its hash;
 * and what was compressed once is kept, so that a save costs what the saved file costs.
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, deflateRaw } from "node:zlib";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError } from "../cli-error.ts";
import type { PackageFile } from "./package-folder.ts";

export interface Archive {
  readonly bytes: Buffer;
  /** As the Lambda API's CodeSha256. */
  readonly sha256: string;
  readonly fileCount: number;
}

interface Packed {
  readonly stamp: string;
  readonly content: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly isDeflated: boolean;
}

const deflate = promisify(deflateRaw);

const { zipEntriesMax } = CLI_LIMITS;
/** Source: APPNOTE.TXT 4.3 and 4.4. */
const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const MADE_ON_UNIX = 3 << 8;
const UTF8_NAMES = 0x0800;
const DEFLATED = 8;
const STORED = 0;
/** 1 January 1980, the first day there is. */
const DATE = 0x0021;
const REGULAR = 0o100644;
const EXECUTABLE = 0o100755;
const LINK = 0o120777;

export class Archiver {
  readonly #packed = new Map<string, Packed>();

  /** A file that was changed, whatever its stamp says: clocks of file systems are coarse. */
  forget(path: string): void {
    this.#packed.delete(path);
  }

  /** `report` is told the share that is done. Rejects where there are too many files. */
  async pack(files: readonly PackageFile[], report: (share: number) => void = () => {}): Promise<Archive> {
    if (files.length > zipEntriesMax) {
      throw new CliError(`${files.length} files are too many for a package; ${zipEntriesMax} are the most.`);
    }
    const packed: (Packed | undefined)[] = [];
    let next = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      while (next < files.length) {
        const at = next++;
        const file = files[at];
        if (file !== undefined) packed[at] = await this.#pack(file);
        report(++done / files.length);
      }
    };
    await Promise.all(Array.from({ length: CLI_LIMITS.packFilesAtOnce }, work));
    const kept = files.flatMap((file, at) => {
      const content = packed[at];
      return content === undefined ? [] : [{ file, content }];
    });
    const bytes = joined(kept);
    const sha256 = createHash("sha256").update(bytes).digest("base64");
    return { bytes, sha256, fileCount: kept.length };
  }

  /** Undefined: the file is gone. */
  async #pack(file: PackageFile): Promise<Packed | undefined> {
    const known = this.#packed.get(file.path);
    if (known?.stamp === file.stamp) return known;
    const content =
      file.linkTarget === undefined ? await contentOf(file.path) : Buffer.from(file.linkTarget, "utf8");
    if (content === undefined) return undefined;
    const deflated = file.linkTarget === undefined ? await deflate(content) : content;
    const isDeflated = deflated.length < content.length;
    const packed = {
      stamp: file.stamp,
      content: isDeflated ? deflated : content,
      crc: crc32(content),
      size: content.length,
      isDeflated,
    };
    this.#packed.set(file.path, packed);
    return packed;
  }
}

async function contentOf(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function joined(entries: readonly { readonly file: PackageFile; readonly content: Packed }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { file, content } of entries) {
    const name = Buffer.from(file.name, "utf8");
    const shared = sharedHeader(content, name.length);
    const local = Buffer.alloc(4);
    local.writeUInt32LE(LOCAL_HEADER);
    parts.push(local, shared, name, content.content);
    directory.push(centralHeader(file, shared, offset), name);
    offset += local.length + shared.length + name.length + content.content.length;
  }
  const directoryBytes = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}

/** What both headers of an entry say in the same order, from "version needed" to the lengths. */
function sharedHeader({ isDeflated, crc, content, size }: Packed, nameBytes: number): Buffer {
  const header = Buffer.alloc(26);
  header.writeUInt16LE(VERSION, 0);
  header.writeUInt16LE(UTF8_NAMES, 2);
  header.writeUInt16LE(isDeflated ? DEFLATED : STORED, 4);
  header.writeUInt16LE(DATE, 8);
  header.writeUInt32LE(crc, 10);
  header.writeUInt32LE(content.length, 14);
  header.writeUInt32LE(size, 18);
  header.writeUInt16LE(nameBytes, 22);
  return header;
}

function centralHeader(file: PackageFile, shared: Buffer, offset: number): Buffer {
  const mode = file.linkTarget !== undefined ? LINK : file.isExecutable ? EXECUTABLE : REGULAR;
  const header = Buffer.alloc(46);
  header.writeUInt32LE(CENTRAL_HEADER, 0);
  header.writeUInt16LE(MADE_ON_UNIX | VERSION, 4);
  shared.copy(header, 6);
  header.writeUInt32LE(mode * 0x10000, 38);
  header.writeUInt32LE(offset, 42);
  return header;
}
