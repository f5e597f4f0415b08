/**
 * Sees every save in a folder: one watch for each folder in it. What changes while something is done with it is seen after
 * it, because a change only ever adds to what is dirty.
 */
import { type FSWatcher, watch } from "node:fs";
import path from "node:path";
import { CLI_LIMITS } from "../../config/mod.ts";
import { CliError } from "../cli-error.ts";

export interface Changes {
  /** Names of folders, relative to the top. */
  readonly folders: ReadonlySet<string>;
  /** Absolute paths of files, or of folders, that were named. */
  readonly paths: ReadonlySet<string>;
  /** When the first of them was seen; as of `performance.now()`. */
  readonly firstMs: number;
}

const { saveQuietMs, saveQuietMsMax } = CLI_LIMITS;

export class FolderWatch {
  readonly #watchers = new Map<string, FSWatcher>();
  #folders = new Set<string>();
  #paths = new Set<string>();
  #firstMs = 0;
  #lastMs = 0;
  #wake: (() => void) | undefined;

  /** Throws CliError where the machine watches no more. */
  readonly onFolder = (name: string, folder: string): void => {
    const see = (entry: string | null): void =>
      this.#see(name, entry === null ? folder : path.join(folder, entry));
    try {
      const watcher = watch(folder, (_, entry) => see(entry));
      watcher.on("error", () => see(null));
      this.#watchers.set(name, watcher);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Gone since it was seen: the folder above tells of that.
      if (code === "ENOENT") return;
      if (code !== "ENOSPC" && code !== "EMFILE") throw error;
      throw new CliError(
        `The system watches no more than ${this.#watchers.size} folders for you; ` +
          "`sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024` allows more.",
      );
    }
  };

  readonly onFolderGone = (name: string): void => {
    this.#watchers.get(name)?.close();
    this.#watchers.delete(name);
  };

  /** Puts changes back that could not be dealt with. */
  putBack({ folders, paths, firstMs }: Changes): void {
    for (const each of folders) this.#folders.add(each);
    for (const each of paths) this.#paths.add(each);
    this.#firstMs = firstMs;
  }

  /** The next changes, when they have come to rest; undefined when `signal` aborts. */
  async next(signal: AbortSignal): Promise<Changes | undefined> {
    while (this.#folders.size === 0 && !signal.aborted) await this.#sleep(undefined, signal);
    while (!signal.aborted) {
      const nowMs = performance.now();
      const restMs = Math.min(this.#lastMs + saveQuietMs, this.#firstMs + saveQuietMsMax) - nowMs;
      if (restMs <= 0) break;
      await this.#sleep(restMs, signal);
    }
    if (signal.aborted) return undefined;
    const changes = { folders: this.#folders, paths: this.#paths, firstMs: this.#firstMs };
    this.#folders = new Set();
    this.#paths = new Set();
    return changes;
  }

  close(): void {
    for (const name of [...this.#watchers.keys()]) this.onFolderGone(name);
  }

  #see(name: string, at: string): void {
    this.#lastMs = performance.now();
    if (this.#folders.size === 0) this.#firstMs = this.#lastMs;
    this.#folders.add(name);
    this.#paths.add(at);
    this.#wake?.();
  }

  /** Until something is seen, or `ms` are over. */
  #sleep(ms: number | undefined, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(() => end(), ms);
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        this.#wake = undefined;
        resolve();
      };
      // One who sleeps for a fixed time is not woken: its time depends on what is seen, and is looked at again.
      if (ms === undefined) this.#wake = end;
      signal.addEventListener("abort", end);
    });
  }
}
