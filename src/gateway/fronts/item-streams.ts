/** A stream of items from the server's thread to a front, with a bound on how many are on their way. */
import { Readable } from "node:stream";
import { FRONT_LIMITS } from "../../config/mod.ts";
import { BrokenStream } from "../../errors/mod.ts";

/** Sends what comes, while there is room; resolves when it is over or nobody wants more, rejects as `items` does. */
export class SentItems {
  readonly #items: AsyncIterable<unknown>;
  readonly #send: (item: unknown) => void;
  #room: number = FRONT_LIMITS.itemsAheadMax;
  /** Nobody wants the rest. */
  hasLeft = false;
  #wake: (() => void) | undefined;

  constructor(items: AsyncIterable<unknown>, send: (item: unknown) => void) {
    this.#items = items;
    this.#send = send;
  }

  async run(): Promise<void> {
    for await (const item of this.#items) {
      if (this.hasLeft) return;
      this.#room--;
      this.#send(item);
      while (this.#room === 0 && !this.hasLeft) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  more(): void {
    this.#room++;
    this.#wake?.();
  }

  /** A stream ends at once, a generator with its next item: nothing can interrupt it earlier. */
  leave(): void {
    this.hasLeft = true;
    this.#wake?.();
    if (this.#items instanceof Readable) this.#items.destroy();
  }
}

export interface ItemsReader {
  onTaken(): void;
  onLeft(): void;
}

/** The other end. */
export class ReceivedItems extends Readable {
  readonly #reader: ItemsReader;
  readonly #waiting: unknown[] = [];
  #isWanted = false;
  #isOver = false;
  #isBroken = false;

  constructor(reader: ItemsReader) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#reader = reader;
  }

  add(item: unknown): void {
    if (this.destroyed) return;
    this.#waiting.push(item);
    this.#flow();
  }

  /** `isBroken`: it cannot become whole; what came before is read first. */
  over(isBroken: boolean): void {
    this.#isOver = true;
    this.#isBroken = isBroken;
    this.#flow();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#flow();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#waiting.length = 0;
    if (!this.#isOver) this.#reader.onLeft();
    done(error);
  }

  #flow(): void {
    while (this.#isWanted && this.#waiting.length > 0) {
      this.#isWanted = false;
      this.#reader.onTaken();
      if (this.push(this.#waiting.shift())) this.#isWanted = true;
    }
    if (!this.#isOver || this.#waiting.length > 0 || this.destroyed) return;
    if (!this.#isBroken) this.push(null);
    else if (this.#isWanted) this.destroy(new BrokenStream("The stream broke."));
  }
}
