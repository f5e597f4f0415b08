/**
 * The files of a folder that go into the package, kept up to date folder by folder: after a save only the folders that
 * changed are read again, however large the rest (`node_modules`) is.
 */
import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import type { IgnoreRules } from "./ignore-rules.ts";

export interface PackageFile {
  /** In the package, with slashes. */
  readonly name: string;
  /** Absolute; where its content is. */
  readonly path: string;
  readonly isExecutable: boolean;
  /** A link within the package; undefined is a file. */
  readonly linkTarget: string | undefined;
  /** Changes whenever the file does. */
  readonly stamp: string;
}

interface Listing {
  readonly files: readonly PackageFile[];
  /** Names of folders in it, relative to the top. */
  readonly folders: readonly string[];
}

const TOP = "";

export class PackageFolder {
  readonly root: string;
  readonly #realRoot: string;
  #rules: IgnoreRules;
  readonly #listings = new Map<string, Listing>();
  /** Told of each folder before it is read, so that what changes from then on is seen. */
  readonly #onFolder: (name: string, folder: string) => void;
  readonly #onFolderGone: (name: string) => void;

  /** Reads everything. Throws where there is no such folder. */
  constructor(
    root: string,
    rules: IgnoreRules,
    watcher: {
      readonly onFolder: (name: string, folder: string) => void;
      readonly onFolderGone: (name: string) => void;
    } = { onFolder: () => {}, onFolderGone: () => {} },
  ) {
    this.root = path.resolve(root);
    this.#realRoot = realpathSync(this.root);
    this.#rules = rules;
    this.#onFolder = watcher.onFolder;
    this.#onFolderGone = watcher.onFolderGone;
    this.#read(TOP);
  }

  /** In the order of their names, so that the same files give the same package. */
  files(): PackageFile[] {
    const all = [...this.#listings.values()].flatMap(({ files }) => files);
    return all.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** Reads again what is directly in the folder `name`, and all of the folders that are new there. */
  reread(name: string): void {
    if (this.#listings.has(name)) this.#read(name);
  }

  /** Reads everything again, by other rules. */
  follow(rules: IgnoreRules): void {
    this.#rules = rules;
    this.#forget(TOP);
    this.#read(TOP);
  }

  #read(name: string): void {
    const before = this.#listings.get(name)?.folders ?? [];
    const folder = path.join(this.root, name);
    if (!this.#listings.has(name)) this.#onFolder(name, folder);
    const listing = this.#list(name, folder);
    this.#listings.set(name, listing);
    for (const gone of before) if (!listing.folders.includes(gone)) this.#forget(gone);
    for (const next of listing.folders) if (!this.#listings.has(next)) this.#read(next);
  }

  #forget(name: string): void {
    const listing = this.#listings.get(name);
    if (listing === undefined) return;
    this.#listings.delete(name);
    this.#onFolderGone(name);
    for (const below of listing.folders) this.#forget(below);
  }

  #list(name: string, folder: string): Listing {
    const files: PackageFile[] = [];
    const folders: string[] = [];
    for (const entry of namesIn(folder)) {
      const child = name === TOP ? entry : `${name}/${entry}`;
      const at = path.join(folder, entry);
      try {
        const found = this.#look(child, at);
        if (found === "folder") folders.push(child);
        else if (found !== undefined) files.push(found);
      } catch {
        // Gone since the folder was read, or a link that leads nowhere.
      }
    }
    return { files, folders };
  }

  #look(name: string, at: string): PackageFile | "folder" | undefined {
    const stat = lstatSync(at, { bigint: true });
    if (stat.isSymbolicLink()) return this.#lookAtLink(name, at);
    if (this.#rules.ignores(name, stat.isDirectory())) return undefined;
    if (stat.isDirectory()) return "folder";
    return stat.isFile() ? fileOf(name, at, stat) : undefined;
  }

  /** Links to elsewhere are followed: what they lead to would not be there where the function runs. */
  #lookAtLink(name: string, at: string): PackageFile | "folder" | undefined {
    const real = realpathSync(at);
    const target = statSync(at, { bigint: true });
    if (this.#rules.ignores(name, target.isDirectory())) return undefined;
    if (isWithin(real, this.#realRoot)) {
      const text = readlinkSync(at);
      const linkTarget = path.isAbsolute(text) ? path.relative(realpathSync(path.dirname(at)), real) : text;
      return { name, path: at, isExecutable: true, linkTarget, stamp: linkTarget };
    }
    if (target.isFile()) return fileOf(name, at, target);
    if (!target.isDirectory()) return undefined;
    // A folder that leads back to itself has no end.
    return isWithin(realpathSync(path.dirname(at)), real) ? undefined : "folder";
  }
}

type Stat = { readonly mode: bigint; readonly ino: bigint; readonly ctimeNs: bigint; readonly size: bigint };

const ANY_EXECUTE = 0o111n;

function fileOf(name: string, at: string, { mode, ino, ctimeNs, size }: Stat): PackageFile {
  const isExecutable = (mode & ANY_EXECUTE) !== 0n;
  return { name, path: at, isExecutable, linkTarget: undefined, stamp: `${ino}-${ctimeNs}-${size}` };
}

function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
