/**
 * Keeps what interpreters made of functions' modules, one folder a key; knows neither functions nor interpreters. It is a cache:
 * what is lost is made again, and an interpreter checks each file before it uses it.
 */
import { createHash } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../kit/mod.ts";
import { hexName } from "./code-storage.ts";

export interface CompiledCodeOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Of all folders, bytes; the least recently used goes first. */
  readonly storedBytesMax: number;
  /** What was asked for so short a time ago may be about to be mounted, and stays. */
  readonly inUseMs: number;
}

export interface CompiledFile {
  /** `folder/file`, of letters that are safe in a path. */
  readonly name: string;
  readonly content: Uint8Array;
}

interface Kept {
  readonly folder: string;
  readonly bytes: number;
  /** Monotonic milliseconds. */
  usedMs: number;
}

/** The code it belongs to, and whatever else it depends on. */
export function compiledKey(codeSha256: string, dependencies: readonly string[]): string {
  const rest = createHash("sha256").update(JSON.stringify(dependencies)).digest("hex");
  return `${hexName(codeSha256)}.${rest}`;
}

/** Of a folder: the key, and the bytes in it. */
const FOLDER = /^([0-9a-f]{64}\.[0-9a-f]{64})\.(\d{1,12})$/;
const FILE = /^[\w.-]*\w\/\w+$/;

export class CompiledCode {
  readonly #options: CompiledCodeOptions;
  readonly #root: string;
  /** By key, the last used at the end. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #sequence = 0;

  constructor(options: CompiledCodeOptions) {
    this.#options = options;
    this.#root = path.join(options.dataDir, "compiled");
  }

  /** How many are kept. */
  get count(): number {
    return this.#kept.size;
  }

  /** Removes what a killed server left half done. */
  async open(): Promise<void> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.#root)) {
      const [, key, bytes] = FOLDER.exec(name) ?? [];
      const folder = path.join(this.#root, name);
      if (key === undefined || this.#kept.has(key)) await rm(folder, { recursive: true, force: true });
      else this.#remember(key, { folder, bytes: Number(bytes), usedMs: Number.NEGATIVE_INFINITY });
    }
  }

  has(key: string): boolean {
    return this.#kept.has(key);
  }

  /** The folder, which stays at least for `inUseMs`; undefined where there is none. */
  find(key: string): string | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    kept.usedMs = this.#options.clock.monotonicMs();
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.folder;
  }

  /** Keeps the files, all or none; where the key is known already, nothing happens. Rejects when the disk refuses. */
  async keep(key: string, files: readonly CompiledFile[]): Promise<void> {
    if (this.#kept.has(key)) return;
    const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
    const temporary = path.join(this.#root, `${this.#sequence++}.tmp`);
    try {
      for (const { name, content } of files) {
        if (!FILE.test(name)) throw new Error(`not a name for a compiled file: ${JSON.stringify(name)}`);
        const file = path.join(temporary, name);
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, content, { flag: "wx" });
      }
      const folder = path.join(this.#root, `${key}.${bytes}`);
      await rename(temporary, folder);
      this.#remember(key, { folder, bytes, usedMs: this.#options.clock.monotonicMs() });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    await this.#makeRoom();
  }

  /** Removes what belongs to code that is not in `needed` (base64 SHA-256s). */
  async collect(needed: ReadonlySet<string>): Promise<void> {
    const codes = new Set([...needed].map(hexName));
    for (const [key, kept] of [...this.#kept]) {
      if (!codes.has(key.split(".")[0] ?? "") && !this.#isInUse(kept)) await this.#remove(key, kept);
    }
  }

  async #makeRoom(): Promise<void> {
    for (const [key, kept] of [...this.#kept]) {
      if (this.#bytes <= this.#options.storedBytesMax) return;
      if (!this.#isInUse(kept)) await this.#remove(key, kept);
    }
  }

  #isInUse({ usedMs }: Kept): boolean {
    return this.#options.clock.monotonicMs() - usedMs < this.#options.inUseMs;
  }

  #remember(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#bytes += kept.bytes;
  }

  async #remove(key: string, kept: Kept): Promise<void> {
    this.#kept.delete(key);
    this.#bytes -= kept.bytes;
    await rm(kept.folder, { recursive: true, force: true });
  }
}
