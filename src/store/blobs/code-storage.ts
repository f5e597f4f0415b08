/** Keeps uploaded zips by their SHA-256 and serves them unpacked; knows nothing of functions. */
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { mergeTrees } from "./merge-trees.ts";
import { emptyArchive, unzip, unzippedBytesOf, type ZipSource } from "./unzip.ts";

export interface StoredCode {
  /** Base64 SHA-256 of the zip bytes, as `CodeSha256` in the API. */
  readonly sha256: string;
  readonly bytes: number;
  readonly unzippedBytes: number;
}

/** What one environment has mounted; base64 SHA-256s. */
export interface CodeUse {
  readonly code: string;
  readonly layers: readonly string[];
}

/** What an unpacked tree is worth after a power cut is unknown, so trees are kept per boot of the machine. */
function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    // Not Linux: unpack anew after every start.
    return `start-${process.pid}-${Date.now()}`;
  }
}

/** The names of what is on its way out begin so. */
const REMOVED = "removed-";

/** What is left of it when that fails, the next start finds. */
function removeBehind(entry: string): void {
  rm(entry, { recursive: true, force: true }).catch(() => {});
}

export class CodeStorage {
  readonly #zips: string;
  readonly #trees: string;
  readonly #unpackedRoot: string;
  readonly #making = new Map<string, Promise<string>>();
  #sequence = 0;

  constructor(dataDir: string) {
    this.#zips = path.join(dataDir, "code");
    this.#unpackedRoot = path.join(dataDir, "unpacked");
    this.#trees = path.join(this.#unpackedRoot, bootId());
  }

  /** Makes the folders and removes trees of earlier boots and half-done work. */
  async open(): Promise<void> {
    await mkdir(this.#zips, { recursive: true });
    await mkdir(this.#trees, { recursive: true });
    for (const name of await readdir(this.#unpackedRoot)) {
      const other = path.join(this.#unpackedRoot, name);
      if (name.startsWith(REMOVED)) removeBehind(other);
      else if (other !== this.#trees) await this.#discard(other);
    }
    for (const folder of [this.#zips, this.#trees]) {
      for (const name of await readdir(folder)) {
        if (name.endsWith(".tmp")) await this.#discard(path.join(folder, name));
      }
    }
  }

  /**
   * Checks, unpacks and keeps `zip`; durable when the promise resolves.
   * Throws InvalidParameterValueException for what is not an acceptable archive; then nothing is kept.
   */
  async store(zip: Buffer): Promise<StoredCode> {
    const sha256 = createHash("sha256").update(zip).digest("base64");
    const unzippedBytes = await unzippedBytesOf(zip);
    await this.#unpack(sha256, zip);
    const file = this.#zipFile(sha256);
    if (!(await exists(file))) await this.#writeDurably(file, zip);
    return { sha256, bytes: zip.length, unzippedBytes };
  }

  /** The same for an archive that arrives piece by piece; it goes to disk at once, whatever its size. */
  async storeFrom(pieces: AsyncIterable<Uint8Array>): Promise<StoredCode> {
    const temporary = path.join(this.#zips, `arriving.${this.#sequence++}.tmp`);
    try {
      const hash = createHash("sha256");
      let bytes = 0;
      await writeSynced(temporary, async (handle) => {
        for await (const piece of pieces) {
          hash.update(piece);
          bytes += piece.length;
          await handle.writeFile(piece);
        }
      });
      if (bytes === 0) throw emptyArchive();
      const sha256 = hash.digest("base64");
      const unzippedBytes = await unzippedBytesOf(temporary);
      await this.#unpack(sha256, temporary);
      await this.#keep(temporary, this.#zipFile(sha256));
      return { sha256, bytes, unzippedBytes };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** The folder with the code, unpacked now if it is not already. */
  async unpacked(sha256: string): Promise<string> {
    return this.#unpack(sha256);
  }

  /**
   * The folder with several archives merged in order, later files over earlier ones; undefined for none.
   * Source: "Adding layers to functions" page.
   */
  async merged(sha256s: readonly string[]): Promise<string | undefined> {
    const [first, ...others] = sha256s;
    if (first === undefined || others.length === 0) return first && this.unpacked(first);
    const name = mergedName(sha256s);
    return this.#once(name, name, async (folder) => {
      await mergeTrees(await Promise.all(sha256s.map((sha256) => this.unpacked(sha256))), folder);
    });
  }

  async read(sha256: string): Promise<Buffer> {
    return readFile(this.#zipFile(sha256));
  }

  /**
   * Removes archives that are not in `needed` and trees that no living environment uses, unless they were made or
   * asked for since `beforeMs`: younger ones may belong to a function or an environment that is just coming to be.
   * A tree that is needed again is made again.
   */
  async collect(needed: ReadonlySet<string>, inUse: readonly CodeUse[], beforeMs: number): Promise<void> {
    const zips = new Set([...needed].map((sha256) => `${hexName(sha256)}.zip`));
    const trees = new Set([...needed].map(hexName));
    for (const { code, layers } of inUse) {
      for (const sha256 of [code, ...layers]) trees.add(hexName(sha256));
      trees.add(mergedName(layers));
    }
    for (const [folder, kept] of [
      [this.#zips, zips],
      [this.#trees, trees],
    ] as const) {
      for (const name of await readdir(folder)) {
        if (kept.has(name) || name.endsWith(".tmp")) continue;
        const entry = path.join(folder, name);
        const { mtimeMs } = await stat(entry);
        if (mtimeMs < beforeMs) await this.#discard(entry);
      }
    }
  }

  /** Out of the way at once; gone a little later, because a tree may have thousands of files. */
  async #discard(entry: string): Promise<void> {
    const removed = path.join(this.#unpackedRoot, `${REMOVED}${randomUUID()}`);
    await rename(entry, removed);
    removeBehind(removed);
  }

  #zipFile(sha256: string): string {
    return path.join(this.#zips, `${hexName(sha256)}.zip`);
  }

  #unpack(sha256: string, zip: ZipSource = this.#zipFile(sha256)): Promise<string> {
    return this.#once(sha256, hexName(sha256), (folder) => unzip(zip, folder));
  }

  /** Makes a tree if it is not there: one at a time of each, whoever asks, and visible only when it is whole. */
  #once(key: string, name: string, make: (folder: string) => Promise<void>): Promise<string> {
    const running = this.#making.get(key);
    if (running !== undefined) return running;
    const work = this.#make(path.join(this.#trees, name), make).finally(() => this.#making.delete(key));
    this.#making.set(key, work);
    return work;
  }

  async #make(tree: string, make: (folder: string) => Promise<void>): Promise<string> {
    if (await exists(tree)) {
      // Asked for now: as good as new to the collector.
      const now = new Date();
      await utimes(tree, now, now);
      return tree;
    }
    const temporary = `${tree}.${this.#sequence++}.tmp`;
    await make(temporary);
    await rename(temporary, tree);
    return tree;
  }

  async #writeDurably(file: string, content: Buffer): Promise<void> {
    const temporary = `${file}.${this.#sequence++}.tmp`;
    await writeSynced(temporary, (handle) => handle.writeFile(content));
    await this.#keep(temporary, file);
  }

  /** Gives a whole file its name, durably. */
  async #keep(temporary: string, file: string): Promise<void> {
    await rename(temporary, file);
    const folder = await open(path.dirname(file), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

async function writeSynced(file: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function mergedName(sha256s: readonly string[]): string {
  return `merged-${createHash("sha256").update(sha256s.join()).digest("hex")}`;
}

/** Of base64, for a path. */
export function hexName(sha256: string): string {
  return Buffer.from(sha256, "base64").toString("hex");
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
