/** What `GET /_lambkin/usage` may be asked, and how it is refused. */
import { USAGE_LIMITS } from "../config/mod.ts";

export interface UsageRequest {
  /** UTC days, both included. */
  readonly fromDay: string;
  readonly toDay: string;
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  readonly functionName: string | undefined;
  readonly format: "json" | "csv";
}

/** The caller's fault, told as it is. */
export class BadUsageRequest extends Error {
  override readonly name = "BadUsageRequest";
}

const DAY_MS = 24 * 60 * 60 * 1000;
const FORMS = {
  from: /^\d{4}-\d{2}-\d{2}$/,
  to: /^\d{4}-\d{2}-\d{2}$/,
  account: /^\d{12}$/,
  region: /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/,
  function: /^[a-zA-Z0-9-_]{1,64}$/,
  format: /^(json|csv)$/,
} as const;
const MEANINGS: Readonly<Record<keyof typeof FORMS, string>> = {
  from: "a day such as 2026-11-01",
  to: "a day such as 2026-11-30",
  account: "twelve digits",
  region: "a region such as us-east-1",
  function: "the name of a function",
  format: "json or csv",
};

type Name = keyof typeof FORMS;

/** Without days: this month until `today` (UTC). Throws BadUsageRequest. */
export function readUsageRequest(query: URLSearchParams, today: string): UsageRequest {
  for (const name of query.keys()) {
    if (!Object.hasOwn(FORMS, name)) {
      throw new BadUsageRequest(`There is no parameter "${name}"; known: ${Object.keys(FORMS).join(", ")}.`);
    }
  }
  const read = (name: Name): string | undefined => {
    const [text, second] = query.getAll(name);
    if (text === undefined) return undefined;
    if (second !== undefined) throw new BadUsageRequest(`"${name}" is given more than once.`);
    if (!FORMS[name].test(text)) throw new BadUsageRequest(`"${name}" must be ${MEANINGS[name]}.`);
    return text;
  };
  const toDay = checkedDay("to", read("to")) ?? today;
  const fromDay = checkedDay("from", read("from")) ?? `${toDay.slice(0, 7)}-01`;
  if (fromDay > toDay) throw new BadUsageRequest(`"from" (${fromDay}) must not be after "to" (${toDay}).`);
  const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
  if (days > USAGE_LIMITS.daysKept) {
    throw new BadUsageRequest(`At most ${USAGE_LIMITS.daysKept} days can be asked for at once, not ${days}.`);
  }
  return {
    ...{ fromDay, toDay },
    accountId: read("account"),
    region: read("region"),
    functionName: read("function"),
    format: read("format") === "csv" ? "csv" : "json",
  };
}

/** JavaScript takes a 30th of February for the 2nd of March. */
function checkedDay(name: Name, day: string | undefined): string | undefined {
  if (day === undefined) return undefined;
  const time = Date.parse(day);
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day) {
    throw new BadUsageRequest(`"${name}" names no day of the calendar: ${day}.`);
  }
  return day;
}
