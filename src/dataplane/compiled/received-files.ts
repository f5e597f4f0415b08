/** The files of a compile cache as they come from a guest, which may send anything: what is wrong once is wrong as a whole. */
import { COMPILED_LIMITS } from "../../config/mod.ts";
import type { CompiledFile } from "../../store/mod.ts";
import { readShortText } from "../runtime-api/frames.ts";

export type FilesEnd = "whole" | "broken";

/** Node.js has one folder for each of its versions, and numbers the files in it. */
const NAME = /^v[0-9A-Za-z.]{1,20}(-[0-9A-Za-z_]{1,20}){1,6}\/[0-9a-f]{1,16}$/;

export class ReceivedFiles {
  readonly #files = new Map<string, CompiledFile>();
  readonly #onEnd: (end: FilesEnd) => void;
  #bytes = 0;
  #isOver = false;

  /** `onEnd` is called once. */
  constructor(onEnd: (end: FilesEnd) => void) {
    this.#onEnd = onEnd;
  }

  get files(): CompiledFile[] {
    return [...this.#files.values()];
  }

  /** `body`: the name as a short text, then the content. */
  add(body: Buffer): void {
    if (this.#isOver) return;
    const name = readShortText(body, 0);
    const isAcceptable =
      name !== undefined &&
      NAME.test(name.text) &&
      !this.#files.has(name.text) &&
      this.#files.size < COMPILED_LIMITS.filesMax;
    this.#bytes += body.length;
    if (!isAcceptable || this.#bytes > COMPILED_LIMITS.bytesMax) {
      this.#finish("broken");
      return;
    }
    // A part of a larger buffer would keep all of it.
    this.#files.set(name.text, { name: name.text, content: Buffer.from(body.subarray(name.end)) });
  }

  end(): void {
    if (!this.#isOver) this.#finish("whole");
  }

  #finish(end: FilesEnd): void {
    this.#isOver = true;
    if (end === "broken") this.#files.clear();
    this.#onEnd(end);
  }
}
