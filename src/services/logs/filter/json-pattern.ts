/**
 * Filter patterns over JSON messages: `{ ($.level = "ERROR" && $.n > 3) || $.user.name IS NULL }`.
 * Source: "Filter pattern syntax" page. A message that is no JSON object or array matches nothing.
 */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { compileComparison, isPlain, literalOf, type ValueTest } from "./comparison.ts";
import { PatternReader } from "./pattern-reader.ts";

/** A key, an index, or a star for all there are. */
type Step = string | number | typeof ALL;
const ALL = Symbol("*");

type Condition = (document: unknown) => boolean;

export interface JsonPattern {
  matches(message: string): boolean;
  /** Values of the selectors in the pattern, by selector. Source: TestMetricFilter. */
  extract(message: string): Record<string, string>;
  readonly literals: readonly string[] | undefined;
}

/** A condition, and one of the texts a message must contain for it to hold (undefined: nothing is sure). */
interface Parsed {
  readonly holds: Condition;
  readonly literals: readonly string[] | undefined;
}

const SELECTOR = /\$(?:\.[A-Za-z0-9_\-@#/]+|\.\*|\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\])*/y;
const STEP = /\.([A-Za-z0-9_\-@#/]+|\*)|\.?\[(?:(\d+)|(\*)|'([^']*)'|"([^"]*)")\]/g;
const WORDS = /(IS\s+NULL|IS\s+TRUE|IS\s+FALSE|NOT\s+EXISTS|EXISTS)(?![A-Za-z0-9_])/iy;

/** Throws PatternError, and what comparisons throw. */
export function compileJsonPattern(pattern: string): JsonPattern {
  const parser = new Parser(pattern);
  const { holds, literals: plain } = parser.parse();
  // Escapes could hide a literal.
  const literals = plain && [...new Set(plain), "\\u"];
  return {
    literals,
    matches(message) {
      if (literals !== undefined && !literals.some((text) => message.includes(text))) return false;
      const document = documentOf(message);
      return document !== undefined && holds(document);
    },
    extract(message) {
      const document = documentOf(message);
      const values: Record<string, string> = {};
      if (document === undefined) return values;
      for (const [text, steps] of parser.selectors) {
        const value = selected(document, steps).find(Boolean) ?? selected(document, steps)[0];
        if (value !== undefined) values[text] = textOf(value);
      }
      return values;
    },
  };
}

/** The value a metric filter takes from a message by `$.selector`; undefined where there is none. */
export function compileSelector(text: string): (message: string) => string | undefined {
  const reader: PatternReader = new PatternReader(text);
  const found = reader.match(SELECTOR);
  if (found === undefined) reader.fail();
  reader.expectEnd();
  const steps = stepsOf(found[0]);
  return (message) => {
    const document = documentOf(message);
    const [value] = document === undefined ? [] : selected(document, steps);
    return value === undefined || value === null ? undefined : textOf(value);
  };
}

function textOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function documentOf(message: string): object | undefined {
  const first = message.trimStart()[0];
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}

/** Recursive descent: or < and < parentheses or one condition. */
class Parser {
  readonly selectors = new Map<string, readonly Step[]>();
  readonly #reader: PatternReader;
  #depth = 0;

  constructor(pattern: string) {
    this.#reader = new PatternReader(pattern);
  }

  parse(): Parsed {
    this.#reader.expect("{");
    const parsed = this.#either();
    this.#reader.expect("}");
    this.#reader.expectEnd();
    return parsed;
  }

  #either(): Parsed {
    let left = this.#both();
    while (this.#reader.take("||")) {
      const right = this.#both();
      const one = left;
      left = {
        holds: (document) => one.holds(document) || right.holds(document),
        literals: one.literals && right.literals && [...one.literals, ...right.literals],
      };
    }
    return left;
  }

  #both(): Parsed {
    let left = this.#one();
    while (this.#reader.take("&&")) {
      const right = this.#one();
      const one = left;
      left = {
        holds: (document) => one.holds(document) && right.holds(document),
        literals: moreTelling(one.literals, right.literals),
      };
    }
    return left;
  }

  #one(): Parsed {
    const reader = this.#reader;
    if (!reader.take("(")) return this.#condition();
    if (++this.#depth > LOGS_LIMITS.patternDepthMax) reader.fail();
    const inner = this.#either();
    reader.expect(")");
    this.#depth--;
    return inner;
  }

  #condition(): Parsed {
    const reader = this.#reader;
    const selector = reader.match(SELECTOR)?.[0];
    if (selector === undefined) return reader.fail();
    const steps = stepsOf(selector);
    this.selectors.set(selector, steps);
    const words = reader.match(WORDS)?.[1]?.toUpperCase().split(/\s+/).join(" ");
    if (words === "NOT EXISTS") {
      return { holds: (document) => selected(document, steps).length === 0, literals: undefined };
    }
    const key = steps.findLast((step) => typeof step === "string");
    const mustHave = key !== undefined && isPlain(key) ? [key] : undefined;
    if (words === "EXISTS") {
      return { holds: (document) => selected(document, steps).length > 0, literals: mustHave };
    }
    if (words !== undefined) {
      const wanted = words === "IS NULL" ? null : words === "IS TRUE";
      return { holds: anyOf(steps, (value) => value === wanted), literals: mustHave };
    }
    const comparator = reader.comparator();
    if (comparator === undefined) return reader.fail();
    const operand = reader.operand();
    const literal = literalOf(comparator, operand);
    return {
      holds: anyOf(steps, compileComparison(comparator, operand)),
      literals: literal === undefined ? mustHave : [literal],
    };
  }
}

/** The longer a text, the fewer messages have it. */
function moreTelling(left: Parsed["literals"], right: Parsed["literals"]): Parsed["literals"] {
  if (left === undefined || right === undefined) return left ?? right;
  const shortest = (texts: readonly string[]) => Math.min(...texts.map((text) => text.length));
  return shortest(right) > shortest(left) ? right : left;
}

function stepsOf(selector: string): Step[] {
  return [...selector.matchAll(STEP)].map(([, key, index, star, single, double]) => {
    if (star !== undefined || key === "*") return ALL;
    if (index !== undefined) return Number(index);
    return key ?? single ?? double ?? "";
  });
}

function anyOf(steps: readonly Step[], test: ValueTest): Condition {
  return (document) => selected(document, steps).some(test);
}

/** One value, or as many as stars lead to. */
function selected(document: unknown, steps: readonly Step[]): unknown[] {
  let values = [document];
  for (const step of steps) values = values.flatMap((value) => stepInto(value, step));
  return values;
}

function stepInto(value: unknown, step: Step): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (step === ALL) return Object.values(value);
  if (Array.isArray(value)) return typeof step === "number" && step < value.length ? [value[step]] : [];
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[String(step)]] : [];
}
