/** `numeric`: `["=", 1]`, one bound, or a lower and an upper one. Source: EventBridge's "Comparison operators" page. */
import { invalidPattern } from "./invalid-pattern.ts";
import type { ValueTest } from "./value-test.ts";

type Comparison = (value: number, bound: number) => boolean;

const LOWER: Readonly<Record<string, Comparison>> = {
  ">": (value, bound) => value > bound,
  ">=": (value, bound) => value >= bound,
};
const UPPER: Readonly<Record<string, Comparison>> = {
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
};
const SINGLE: Readonly<Record<string, Comparison>> = {
  ...LOWER,
  ...UPPER,
  "=": (value, bound) => value === bound,
};

/** Throws InvalidParameterValueException. */
export function numericTest(terms: unknown): ValueTest {
  if (!Array.isArray(terms)) throw invalidPattern();
  const [operator, bound, upperOperator, upperBound]: unknown[] = terms;
  if (terms.length === 2) {
    const compare = comparison(SINGLE, operator);
    const limit = numberOf(bound);
    return (value) => typeof value === "number" && compare(value, limit);
  }
  if (terms.length !== 4) throw invalidPattern();
  const isAbove = comparison(LOWER, operator);
  const isBelow = comparison(UPPER, upperOperator);
  const low = numberOf(bound);
  const high = numberOf(upperBound);
  if (low >= high) throw invalidPattern();
  return (value) => typeof value === "number" && isAbove(value, low) && isBelow(value, high);
}

function comparison(table: Readonly<Record<string, Comparison>>, operator: unknown): Comparison {
  const found = typeof operator === "string" && Object.hasOwn(table, operator) ? table[operator] : undefined;
  if (found === undefined) throw invalidPattern();
  return found;
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw invalidPattern();
  return value;
}
