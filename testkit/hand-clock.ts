/** A clock for tests. */
import { type Clock, systemClock } from "../src/kit/mod.ts";

/** The system's, but that whoever would wait for exactly so long waits as long as the test does. */
export function patientClock(delayMs: number): Clock {
  const after: Clock["after"] = (ms, task) =>
    ms === delayMs ? { cancel: () => {} } : systemClock.after(ms, task);
  return { ...systemClock, after };
}

/** Time that stands still until `pass` is called. */
export class HandClock implements Clock {
  #nowMs = 1000;
  #timers: { readonly atMs: number; readonly task: () => void }[] = [];

  get timers(): number {
    return this.#timers.length;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, task: () => void) {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    const cancel = () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    return { cancel };
  }

  pass(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => !due.includes(timer));
    for (const timer of due) timer.task();
  }
}
