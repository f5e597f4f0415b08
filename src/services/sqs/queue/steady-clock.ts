/** A clock whose time of day never goes back: queues go by it, and what was due once stays due. */
import type { Clock } from "../../../kit/mod.ts";

export function steadyClock(clock: Clock): Clock {
  let latestMs = 0;
  return {
    monotonicMs: () => clock.monotonicMs(),
    after: (delayMs, task) => clock.after(delayMs, task),
    nowMs() {
      latestMs = Math.max(latestMs, clock.nowMs());
      return latestMs;
    },
  };
}
