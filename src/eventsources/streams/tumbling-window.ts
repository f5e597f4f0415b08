/**
 * Tumbling windows: what a function is told of the window, and what it must answer. Source: "Implementing stateful Kinesis Data
 * Streams processing in Lambda" page.
 */
import { STREAM_LIMITS } from "../../config/mod.ts";
import type { OpenWindow } from "../../store/mod.ts";

export const NO_STATE = "{}";

/** The window in which a record arrived; windows of a length follow each other from the epoch on. */
export function windowAt(arrivedAtMs: number, lengthMs: number): OpenWindow {
  const startMs = Math.floor(arrivedAtMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs, state: NO_STATE };
}

export interface WindowCall {
  readonly window: OpenWindow;
  readonly shardId: string;
  readonly streamArn: string;
  readonly isFinal: boolean;
  /** The window ends before its time. */
  readonly isEarly: boolean;
}

/** The members of the event beside its records, as the JSON of an object. */
export function windowMembers({ window, shardId, streamArn, isFinal, isEarly }: WindowCall): string {
  const [start, end] = [window.startMs, window.endMs].map((ms) =>
    JSON.stringify(new Date(ms).toISOString().replace(/\.\d+Z$/, "Z")),
  );
  return (
    `{"window":{"start":${start},"end":${end}},"state":${window.state},"shardId":${JSON.stringify(shardId)},` +
    `"eventSourceARN":${JSON.stringify(streamArn)},"isFinalInvokeForWindow":${isFinal},"isWindowTerminatedEarly":${isEarly}}`
  );
}

/** JSON text; undefined where the answer has none, which counts as a failure. */
export function stateOf(answer: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(answer.toString());
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, "state")) return undefined;
    return JSON.stringify((value as { state: unknown }).state ?? {});
  } catch {
    return undefined;
  }
}

/** Then the window ends early. */
export function isTooLarge(state: string): boolean {
  return Buffer.byteLength(state) > STREAM_LIMITS.windowStateBytesMax;
}
