/** `@ptr`: the place of an event, opaque to callers. */
import type { LogPosition } from "../../../store/mod.ts";
import { invalidParameter } from "../errors.ts";

export interface EventPlace extends LogPosition {
  readonly group: string;
}

export function pointerOf({ group, timestampMs, sequence }: EventPlace): string {
  return Buffer.from(JSON.stringify([group, timestampMs, sequence])).toString("base64");
}

/** Throws InvalidParameterException (text recall). */
export function parsePointer(pointer: string): EventPlace {
  try {
    const [group, timestampMs, sequence]: unknown[] = JSON.parse(
      Buffer.from(pointer, "base64").toString("utf8"),
    );
    if (typeof group === "string" && typeof timestampMs === "number" && typeof sequence === "number") {
      return { group, timestampMs, sequence };
    }
  } catch {
    // Answered below as what it is: no pointer of ours.
  }
  throw invalidParameter("The specified logRecordPointer is invalid.");
}
