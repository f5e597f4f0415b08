/** Cuts what comes through a guest's pipe into log events. */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";

const NEWLINE = 0x0a;
/** Before a newline: the event goes on in the next line. Our bootstraps write multi-line events so. */
const CONTINUES = 0x1f;

export class LineCutter {
  readonly #onEvent: (text: string) => void;
  /** Bytes of a line whose end has not come yet. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  /** Finished lines of an event that goes on. */
  #begun = "";

  /** `onEvent` gets the event with its newline, or without where it never had one. */
  constructor(onEvent: (text: string) => void) {
    this.#onEvent = onEvent;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#line(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#keepPartial(chunk.subarray(start));
  }

  /** Text without a final newline becomes an event now. */
  flush(): void {
    if (this.#partialBytes === 0 && this.#begun === "") return;
    const text = this.#begun + Buffer.concat(this.#partial).toString("utf8");
    this.#partial = [];
    this.#partialBytes = 0;
    this.#begun = "";
    if (text !== "") this.#onEvent(text);
  }

  #line(rest: Buffer): void {
    let line = rest;
    if (this.#partialBytes > 0) {
      this.#partial.push(rest);
      line = Buffer.concat(this.#partial);
      this.#partial = [];
      this.#partialBytes = 0;
    }
    const goesOn = line.length > 0 && line[line.length - 1] === CONTINUES;
    const text = line.toString("utf8", 0, goesOn ? line.length - 1 : line.length);
    if (goesOn && this.#begun.length < ENVIRONMENT_LIMITS.logEventBytesMax) {
      this.#begun += `${text}\n`;
      return;
    }
    const event = `${this.#begun}${text}\n`;
    this.#begun = "";
    this.#onEvent(event);
  }

  #keepPartial(bytes: Buffer): void {
    this.#partial.push(bytes);
    this.#partialBytes += bytes.length;
    if (this.#partialBytes >= ENVIRONMENT_LIMITS.logEventBytesMax) this.flush();
  }
}
