/**
 * Lets a few invocations begin in each turn of the event loop; the others wait for the next turns, in their order.
 *
 * When many calls come in at once, answers are taken in between: an environment that has just answered has the next call while
 * its memory is still in the processor's caches. With all calls handed out at once each waits for its own environment to be
 * brought back from main memory, which costs more than the call (docs/decisions/0027-many-small-calls.md). A call that
 * comes alone passes at once.
 */
export class TurnGate {
  readonly #perTurn: number;
  readonly #waiting: (() => void)[] = [];
  #passed = 0;
  #isTurnAwaited = false;

  constructor(perTurn: number) {
    this.#perTurn = perTurn;
  }

  /** Undefined when the way is free. */
  enter(): Promise<void> | undefined {
    if (!this.#isTurnAwaited) this.#awaitTurn();
    if (this.#passed < this.#perTurn && this.#waiting.length === 0) {
      this.#passed++;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #awaitTurn(): void {
    this.#isTurnAwaited = true;
    // Behind the turn's input and output.
    setImmediate(() => {
      this.#isTurnAwaited = false;
      const next = this.#waiting.splice(0, this.#perTurn);
      this.#passed = next.length;
      if (next.length > 0) this.#awaitTurn();
      for (const pass of next) pass();
    });
  }
}
