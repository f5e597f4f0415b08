/** What SEARCH looks for: `{Namespace,Dimension,…} words`. Source: "CloudWatch search expression syntax" page. */
import type { MetricName } from "../../../store/mod.ts";
import { validationFailed } from "../errors.ts";

export interface Search {
  readonly namespace: string;
  /** Exactly these a metric must have. */
  readonly dimensions: readonly string[];
  matches(metric: MetricName): boolean;
}

const SCHEMA = /^\s*\{([^{}]+)\}(.*)$/s;
const WORD = /(?:([A-Za-z][A-Za-z0-9_]*)\s*=\s*)?("[^"]*"|[^\s"]+)/g;

/** Words stand for parts of names and values, quoted ones for the whole; all must be there. Throws ValidationError. */
export function parseSearch(text: string): Search {
  const [, schema, words = ""] = SCHEMA.exec(text) ?? [];
  if (schema === undefined)
    throw validationFailed("SEARCH needs to begin with {Namespace, DimensionName, ...}.");
  const [namespace = "", ...dimensions] = schema.split(",").map((part) => part.trim().replaceAll('"', ""));
  if (/[()]|(?:^|\s)(?:OR|NOT)\s/.test(words)) {
    throw validationFailed("SEARCH with OR, NOT or parentheses is not supported.");
  }
  const tests = [...words.matchAll(WORD)]
    .filter(([whole]) => whole !== "AND")
    .map(([, key, word = ""]) => {
      const isExact = word.startsWith('"');
      const wanted = isExact ? word.slice(1, -1) : word.toLowerCase();
      const isIt = (value: string | undefined): boolean =>
        value !== undefined && (isExact ? value === wanted : value.toLowerCase().includes(wanted));
      return ({ name, dimensions: own }: MetricName): boolean => {
        if (key === "MetricName") return isIt(name);
        if (key !== undefined) return isIt(own[key]);
        return isIt(name) || Object.entries(own).flat().some(isIt);
      };
    });
  return {
    namespace,
    dimensions,
    matches(metric) {
      const names = Object.keys(metric.dimensions);
      if (names.length !== dimensions.length || !dimensions.every((name) => names.includes(name)))
        return false;
      return tests.every((test) => test(metric));
    },
  };
}
