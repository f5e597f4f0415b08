/** Numbers, times and errors in words. */

const NUMBER = new Intl.NumberFormat("en");
const TIME = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const AGO_UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, seconds: number])[] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export function count(value: number): string {
  return NUMBER.format(value);
}

/** `1536` → `1.5 KiB`. */
export function bytes(value: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

/** `1234.5` → `1.23 s`. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** A moment, as Date, epoch ms, or the text AWS writes. */
export function time(moment: Date | number | string | undefined): string {
  if (moment === undefined) return "–";
  const date = new Date(typeof moment === "string" ? moment.replace(/\+0000$/, "Z") : moment);
  return Number.isNaN(date.getTime()) ? String(moment) : TIME.format(date);
}

/** `3 minutes ago`. */
export function ago(moment: Date | number | string, nowMs: number = Date.now()): string {
  const date = new Date(typeof moment === "string" ? moment.replace(/\+0000$/, "Z") : moment);
  const seconds = (date.getTime() - nowMs) / 1000;
  for (const [unit, size] of AGO_UNITS) {
    if (Math.abs(seconds) >= size) return AGO.format(Math.trunc(seconds / size), unit);
  }
  return AGO.format(Math.trunc(seconds), "second");
}

/** An error's kind, for a heading: AWS's name without its ending, in words. */
export function errorTitle(error: unknown): string {
  const name = error instanceof Error ? error.name : "Error";
  if (name === "Error" || name === "TypeError") return "That did not work";
  return name.replace(/Exception$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " ");
}

export function errorText(error: unknown): string {
  if (error instanceof TypeError && /fetch/i.test(error.message)) {
    return "The server cannot be reached. Is it still running?";
  }
  return error instanceof Error ? error.message : String(error);
}
