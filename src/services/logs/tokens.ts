/** Paging tokens and event ids: places in a log, in AWS's outer form, opaque to callers. */
import type { LogPosition } from "../../store/mod.ts";
import { invalidToken } from "./errors.ts";

const TIME_DIGITS = 20;
const SEQUENCE_DIGITS = 36;

/** 56 digits, as on AWS: time first, so that ids sort as events do. */
export function eventId({ timestampMs, sequence }: LogPosition): string {
  return String(timestampMs).padStart(TIME_DIGITS, "0") + String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

/** `f` reads on towards newer events, `b` towards older ones. */
export type Direction = "f" | "b";

export interface EventToken {
  readonly direction: Direction;
  readonly position: LogPosition;
}

/** Source of the form: tokens in recorded answers, `f/<56 digits>/s`. */
export function eventToken(direction: Direction, position: LogPosition): string {
  return `${direction}/${eventId(position)}/s`;
}

/** Throws InvalidParameterException. */
export function parseEventToken(token: string): EventToken {
  const [, direction, time, sequence] = /^([fb])\/(\d{20})(\d{36})(?:\/s)?$/.exec(token) ?? [];
  const position = { timestampMs: Number(time), sequence: Number(sequence) };
  if (!Number.isSafeInteger(position.timestampMs) || !Number.isSafeInteger(position.sequence))
    throw invalidToken();
  return { direction: direction === "f" ? "f" : "b", position };
}

/** A page of a list goes on after the item that these values name. */
export function listToken(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** A name, then what else the list was sorted by. Throws InvalidParameterException. */
export function parseListToken(token: string): { name: string; lastEventMs: number } {
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
  } catch {
    throw invalidToken();
  }
  const [name, lastEventMs = 0]: unknown[] = Array.isArray(place) ? place : [];
  if (typeof name !== "string" || typeof lastEventMs !== "number") throw invalidToken();
  return { name, lastEventMs };
}
