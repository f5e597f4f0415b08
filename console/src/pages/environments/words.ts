/** The picture in words: what cells say to those who hear them, and what their details say to all. */
import { bytes } from "../../kit/words.ts";
import { originOf } from "./picture.ts";
import type { EnvironmentState, EnvironmentView } from "./snapshot.ts";

export const STATE_WORDS: Readonly<Record<EnvironmentState, string>> = {
  initializing: "init",
  busy: "busy",
  idle: "idle",
  frozen: "frozen",
  stopped: "stopped",
};

/** In the order in which an environment goes through them. */
export const STATES = ["initializing", "busy", "idle", "frozen", "stopped"] as const;

export const STATE_MEANINGS: Readonly<Record<EnvironmentState, string>> = {
  initializing: "The sandbox starts and the runtime loads the function.",
  busy: "It runs an invocation.",
  idle: "It has just become free; it freezes in a moment.",
  frozen: "Nothing of it runs; it waits for the next invocation.",
  stopped: "Its processes have ended; the next invocation starts them again.",
};

export const ORIGIN_WORDS = {
  cold: "cold start",
  warm: "warm",
  restored: "restored from a snapshot",
  provisioned: "provisioned",
} as const;

/** `45 s`, `12 min`, `3 h`, `2 d`: as short as a cell is small. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** The end of its id: enough to tell it from its neighbours. */
export function shortId(id: string): string {
  return id.slice(-6);
}

export function memoryWords({ peakMemoryBytes, memoryMib }: EnvironmentView): string {
  return `${bytes(peakMemoryBytes)} of ${memoryMib} MiB`;
}

export function cellWords(environment: EnvironmentView): string {
  const { id, state, invocations } = environment;
  const calls = invocations === 1 ? "1 invocation" : `${invocations} invocations`;
  const parts = [STATE_WORDS[state], memoryWords(environment), calls, ORIGIN_WORDS[originOf(environment)]];
  return `Environment ${shortId(id)}: ${parts.join(", ")}`;
}
