/** A page of FilterLogEvents, looked for where the events are. */
import type { Scope } from "../../../model/mod.ts";
import type { LogEventPage, LogEventQuery, LogJob } from "../../../store/mod.ts";
import { parseFilterPattern } from "../filter/filter-pattern.ts";

export interface SearchOptions {
  readonly scope: Scope;
  readonly group: string;
  readonly query: Omit<LogEventQuery, "matches" | "anyOf">;
  readonly pattern: string;
}

const search: LogJob<SearchOptions, LogEventPage> = (reading, { scope, group, query, pattern }) => {
  const { matches, literals } = parseFilterPattern(pattern);
  return reading.queryEvents(scope, group, { ...query, matches, anyOf: literals });
};

export default search;
