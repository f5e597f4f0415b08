/**
 * Lets a few invocations begin in each turn of the event loop; the others wait for the next turns, function by function.
 *
 * When many calls come in at once, answers are taken in between: an environment that has just answered has the next call while
 * its memory is still in the processor's caches. With all calls handed out at once each waits for its own environment to be
 * brought back from main memory, which costs more than the call (docs/decisions/0027-many-small-calls.md). A call that
 * comes alone passes at once.
 */
import { TurnsByLane } from "../../kit/mod.ts";

export class TurnGate {
  readonly #perTurn: number;
  readonly #waiting = new TurnsByLane<() => void>();
  #passed = 0;
  #isTurnAwaited = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Undefined when the way is free. `lane`: whose call it is. */
  enter(lane: string): Promise<void> | undefined {
    if (!this.#isTurnAwaited) this.#awaitTurn();
    if (this.#passed < this.#perTurn && this.#waiting.length === 0) {
      this.#passed++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(lane, resolve));
  }

  #awaitTurn(): void {
    this.#isTurnAwaited = true;
    // Behind the turn's input and output.
    setImmediate(() => {
      this.#isTurnAwaited = false;
      this.#passed = Math.min(this.#waiting.length, this.#perTurn);
      if (this.#passed > 0) this.#awaitTurn();
      for (let n = 0; n < this.#passed; n++) this.#waiting.shift()?.();
    });
  }
}
