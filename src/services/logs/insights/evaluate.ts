/** Makes functions of expressions, once for a query, so that each row costs only their calls. */
import type { Expression } from "./expression.ts";
import { FUNCTIONS, rounded } from "./functions.ts";
import type { Row } from "./row.ts";
import { compare, isTrue, numberOf, textOf, type Value } from "./values.ts";

export type Evaluate = (row: Row) => Value;

/** `aggregate` is given calls of functions of `stats`, which mean nothing elsewhere. */
export function compile(expression: Expression, aggregate: (call: Expression) => Evaluate): Evaluate {
  const inner = (each: Expression) => compile(each, aggregate);
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "field": {
      const { name } = expression;
      return (row) => row.get(name);
    }
    case "not": {
      const of = inner(expression.of);
      return (row) => Number(!isTrue(of(row)));
    }
    case "negate": {
      const of = inner(expression.of);
      return (row) => arithmetic("-", 0, of(row));
    }
    case "binary":
      return binary(expression.operator, inner(expression.left), inner(expression.right));
    case "like": {
      const of = inner(expression.of);
      const { text = "", pattern } = expression;
      return (row) => {
        const value = of(row);
        if (value === undefined) return 0;
        return Number(pattern === undefined ? textOf(value).includes(text) : pattern.test(textOf(value)));
      };
    }
    case "in": {
      const of = inner(expression.of);
      const values = expression.values.map(inner);
      return (row) => {
        const value = of(row);
        return Number(value !== undefined && values.some((each) => isEqual(value, each(row))));
      };
    }
    case "call":
      return call(expression.name, expression.args.map(inner));
    case "aggregate":
      return aggregate(expression);
    default:
      return expression satisfies never;
  }
}

function call(name: string, args: readonly Evaluate[]): Evaluate {
  const [first] = args;
  if (name === "bin") return (row) => rounded(row.get("@timestamp"), first?.(row), Math.floor);
  const { call: work } = FUNCTIONS.get(name) ?? { call: () => undefined };
  return (row) => work(...args.map((each) => each(row)));
}

function binary(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  switch (operator) {
    case "and":
      return (row) => Number(isTrue(left(row)) && isTrue(right(row)));
    case "or":
      return (row) => Number(isTrue(left(row)) || isTrue(right(row)));
    case "=":
      return (row) => Number(isEqual(left(row), right(row)));
    case "!=":
      return (row) => Number(!isEqual(left(row), right(row)));
    case "<":
      return comparing(left, right, (order) => order < 0);
    case "<=":
      return comparing(left, right, (order) => order <= 0);
    case ">":
      return comparing(left, right, (order) => order > 0);
    case ">=":
      return comparing(left, right, (order) => order >= 0);
    default:
      return (row) => arithmetic(operator, left(row), right(row));
  }
}

/** A field that is not there is less or more than nothing (assumed). */
function comparing(left: Evaluate, right: Evaluate, holds: (order: number) => boolean): Evaluate {
  return (row) => {
    const [a, b] = [left(row), right(row)];
    return Number(a !== undefined && b !== undefined && holds(compare(a, b)));
  };
}

function isEqual(left: Value, right: Value): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left === right || compare(left, right) === 0;
}

function arithmetic(operator: string, left: Value, right: Value): Value {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) return undefined;
  const result = OPERATORS[operator]?.(a, b);
  return result !== undefined && Number.isFinite(result) ? result : undefined;
}

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
};
