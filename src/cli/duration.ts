/** Spans of time as people type them, and as tables show them. */
import { usageError } from "./cli-error.ts";

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The moment that `90s`, `10m`, `2h`, `1d` ago was, or an ISO time; epoch milliseconds. Throws CliError. */
export function parseSince(text: string, nowMs: number): number {
  const span = /^(\d+(?:\.\d+)?)\s*([smhdw])$/.exec(text);
  if (span !== null) return nowMs - Number(span[1]) * (UNIT_MS[span[2] ?? ""] ?? 0);
  const momentMs = Date.parse(text);
  if (Number.isNaN(momentMs)) {
    throw usageError(`"${text}" is no time: 30s, 10m, 2h, 1d, or 2026-11-21T10:00:00Z.`);
  }
  return momentMs;
}

/** `12s`, `3m`, `2h`, `4d`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, "0")}s`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}m`;
  return `${Math.floor(seconds / 86_400)}d`;
}
