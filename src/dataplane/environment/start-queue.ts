/**
 * Lets a bounded number of sandbox starts run at the same time: more would only slow each other down. Who waits takes turns
 * by function, so that the burst of one does not hold up the first call of another. What nobody waits for comes after all of them.
 */
import { TurnsByLane } from "../../kit/mod.ts";

export class StartQueue {
  readonly #parallelMax: number;
  /** A lane is a function. */
  readonly #waiting = new TurnsByLane<() => void>();
  /** Wait until nobody else does. */
  readonly #last: (() => void)[] = [];
  #running = 0;

  constructor(parallelMax: number) {
    this.#parallelMax = parallelMax;
  }

  /**
   * Runs `work` when there is room: in the order of asking within a lane, and lane by lane. What it hands to `hold` keeps the
   * place after it, until that is settled.
   */
  async run<T>(lane: string, work: (hold: (until: Promise<unknown>) => void) => Promise<T>): Promise<T> {
    if (this.#isFull) await this.#turn(lane);
    else this.#running++;
    let held: Promise<unknown> | undefined;
    try {
      return await work((until) => {
        held = until;
      });
    } finally {
      const passOn = (): void => this.#passOn();
      if (held === undefined) passOn();
      else void held.then(passOn, passOn);
    }
  }

  /** The same for what is made ahead. */
  async runLast<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isFull) await new Promise<void>((resolve) => this.#last.push(resolve));
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#passOn();
    }
  }

  get #isFull(): boolean {
    return this.#running >= this.#parallelMax;
  }

  #turn(lane: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(lane, resolve));
  }

  /** The place goes straight to who is next. */
  #passOn(): void {
    const begin = this.#waiting.shift() ?? this.#last.shift();
    if (begin === undefined) this.#running--;
    else begin();
  }
}
