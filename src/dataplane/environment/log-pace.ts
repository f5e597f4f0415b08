/** How fast one environment's output is read: whoever prints faster waits in its own writes, and nobody else does. */
import type { Readable } from "node:stream";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";

/** A bucket of bytes that fills at the rate that is allowed. */
export class LogPace {
  readonly #clock: Clock;
  #filledMs: number;
  #bytes: number = ENVIRONMENT_LIMITS.logBurstBytes;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes these bytes out; how long to wait before the next, milliseconds. */
  take(bytes: number): number {
    const { logBurstBytes, logBytesPerSecondMax } = ENVIRONMENT_LIMITS;
    const nowMs = this.#clock.monotonicMs();
    const bytesPerMs = logBytesPerSecondMax / 1000;
    this.#bytes = Math.min(logBurstBytes, this.#bytes + (nowMs - this.#filledMs) * bytesPerMs) - bytes;
    this.#filledMs = nowMs;
    return this.#bytes >= 0 ? 0 : -this.#bytes / bytesPerMs;
  }
}

/** Hands on what comes through the pipe, at that pace; after the call of what it answers, without waiting. */
export function readAtPace(pipe: Readable, clock: Clock, onChunk: (chunk: Buffer) => void): () => void {
  const pace = new LogPace(clock);
  let isPaced = true;
  pipe.on("error", () => {});
  pipe.on("data", (chunk: Buffer) => {
    onChunk(chunk);
    const waitMs = isPaced ? pace.take(chunk.length) : 0;
    if (waitMs === 0) return;
    // Unread bytes fill the pipe, and the guest's writes wait.
    pipe.pause();
    clock.after(waitMs, () => pipe.resume());
  });
  return () => {
    isPaced = false;
    pipe.resume();
  };
}
