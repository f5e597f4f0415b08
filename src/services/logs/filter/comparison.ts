/** One comparison of a filter pattern, `= "ERR*"`, `> 3`, `= %4\d\d%`: the same in JSON and in space-delimited patterns. */
import { compileExpression } from "./filter-expression.ts";

export type Comparator = "=" | "!=" | "<" | ">" | "<=" | ">=";

/** The right-hand side as it was written. */
export interface Operand {
  readonly kind: "quoted" | "bare" | "expression";
  readonly text: string;
}

/** Given a value of a message: text, number, boolean, or what is none of them and never matches. */
export type ValueTest = (value: unknown) => boolean;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Throws ExpressionError for an expression AWS does not support, and RangeError for a comparison that has no meaning. */
export function compileComparison(comparator: Comparator, operand: Operand): ValueTest {
  if (comparator === "=") return equality(operand);
  if (comparator === "!=") {
    const equals = equality(operand);
    return (value) => isScalar(value) && !equals(value);
  }
  if (operand.kind === "expression" || !NUMBER.test(operand.text)) throw new RangeError(operand.text);
  const limit = Number(operand.text);
  return (value) => {
    const number = numberOf(value);
    if (number === undefined) return false;
    if (comparator === "<") return number < limit;
    if (comparator === ">") return number > limit;
    return comparator === "<=" ? number <= limit : number >= limit;
  };
}

/** What a message must contain wherever the comparison holds; undefined where nothing is sure. */
export function literalOf(comparator: Comparator, { kind, text }: Operand): string | undefined {
  if (comparator !== "=" || kind === "expression" || NUMBER.test(text)) return undefined;
  const longest = text.split("*").sort((a, b) => b.length - a.length)[0];
  return longest && isPlain(longest) ? longest : undefined;
}

/** What JSON may write with a backslash does not stand in the message as it is. */
export function isPlain(text: string): boolean {
  return /^[\x20\x21\x23-\x2e\x30-\x5b\x5d-\x7e]+$/.test(text);
}

function equality({ kind, text }: Operand): ValueTest {
  if (kind === "expression") {
    const matches = compileExpression(text);
    return (value) => isScalar(value) && matches(String(value));
  }
  if (text.includes("*")) {
    const parts = text.split("*");
    return (value) => isScalar(value) && matchesParts(String(value), parts);
  }
  const number = NUMBER.test(text) ? Number(text) : undefined;
  return (value) => isScalar(value) && (String(value) === text || (number !== undefined && value === number));
}

/** The text must begin with the first part, end with the last, and have the others between them in order. */
function matchesParts(text: string, parts: readonly string[]): boolean {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && NUMBER.test(value.trim()) ? Number(value) : undefined;
}
