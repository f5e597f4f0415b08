/** Paging tokens and event ids: places in a log, in AWS's outer form, opaque to callers. */
import type { LogPosition } from "../../store/mod.ts";
import { invalidParameter } from "./errors.ts";

const TIME_DIGITS = 20;
const SEQUENCE_DIGITS = 36;

/** 56 digits, as on AWS: time first, so that ids sort as events do. */
export function eventId({ timestampMs, sequence }: LogPosition): string {
  return String(timestampMs).padStart(TIME_DIGITS, "0") + String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

/** Throws InvalidParameterException. */
export function positionOf(id: string): LogPosition {
  if (!/^\d{56}$/.test(id)) throw invalidParameter("The specified nextToken is invalid.");
  return { timestampMs: Number(id.slice(0, TIME_DIGITS)), sequence: Number(id.slice(TIME_DIGITS)) };
}

/** A page of a list sorted by name goes on after this name. */
export function nameToken(name: string): string {
  return Buffer.from(name).toString("base64");
}

export function nameOfToken(token: string): string {
  return Buffer.from(token, "base64").toString("utf8");
}
