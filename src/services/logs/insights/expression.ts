/** Expressions of Insights queries as trees, read by recursive descent: the looser an operator binds, the earlier its method. */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { AGGREGATES } from "./aggregates.ts";
import { FUNCTIONS } from "./functions.ts";
import type { Lexer, Token } from "./lexer.ts";

export type Expression =
  | { readonly kind: "literal"; readonly value: string | number }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "not" | "negate"; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "like"; readonly of: Expression; readonly text?: string; readonly pattern?: RegExp }
  | { readonly kind: "in"; readonly of: Expression; readonly values: readonly Expression[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "aggregate"; readonly name: string; readonly args: readonly Expression[] };

const COMPARISONS = new Set(["=", "==", "!=", "<", "<=", ">", ">="]);
/** Milliseconds; months, quarters and years are taken as 30, 90 and 365 days (assumed). */
const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
  ...{ mo: 2_592_000_000, q: 7_776_000_000, y: 31_536_000_000 },
};

export class ExpressionParser {
  readonly #lexer: Lexer;
  #depth = 0;

  constructor(lexer: Lexer) {
    this.#lexer = lexer;
  }

  /** Throws QueryError. */
  parse(): Expression {
    let left = this.#and();
    while (this.#lexer.takeIf("or")) left = { kind: "binary", operator: "or", left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#lexer.takeIf("and")) left = { kind: "binary", operator: "and", left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    return this.#lexer.takeIf("not")
      ? { kind: "not", of: this.#deeper(() => this.#not()) }
      : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#sum();
    const { kind, text } = this.#lexer.peek();
    if (kind === "symbol" && COMPARISONS.has(text)) {
      this.#lexer.take();
      return { kind: "binary", operator: text === "==" ? "=" : text, left, right: this.#sum() };
    }
    if (this.#lexer.takeIf("=~")) return this.#like(left, true);
    if (this.#lexer.takeIf("like")) return this.#like(left, false);
    if (this.#lexer.takeIf("in")) return { kind: "in", of: left, values: this.#list() };
    if (!this.#lexer.takeIf("not")) return left;
    if (this.#lexer.takeIf("like")) return { kind: "not", of: this.#like(left, false) };
    this.#lexer.expect("in");
    return { kind: "not", of: { kind: "in", of: left, values: this.#list() } };
  }

  /** A string is a part of the text behind `like`, and an expression behind `=~`. */
  #like(of: Expression, stringsAreExpressions: boolean): Expression {
    const expression = this.#lexer.takeExpression();
    if (expression !== undefined) return { kind: "like", of, pattern: this.pattern(expression) };
    const token = this.#lexer.take();
    if (token.kind !== "string") return this.#lexer.fail(token, "expected a string or /expression/");
    if (stringsAreExpressions) return { kind: "like", of, pattern: this.pattern(token) };
    return { kind: "like", of, text: token.text };
  }

  /** Throws QueryError for what is no regular expression. */
  pattern(token: Token): RegExp {
    try {
      // `(?i)` at the beginning is how Java writes the flag.
      const text = token.text.replace(/^\(\?i\)/, "");
      const flags = new Set(`s${token.flags ?? ""}${text === token.text ? "" : "i"}`);
      return new RegExp(text, [...flags].filter((flag) => "ims".includes(flag)).join(""));
    } catch (error) {
      return this.#lexer.fail(token, (error as Error).message);
    }
  }

  #list(): Expression[] {
    this.#lexer.expect("[");
    const values = this.#commaSeparated("]");
    this.#lexer.expect("]");
    return values;
  }

  #commaSeparated(end: string): Expression[] {
    const token = this.#lexer.peek();
    if (token.kind === "symbol" && token.text === end) return [];
    const values = [this.#deeper(() => this.parse())];
    while (this.#lexer.takeIf(",")) values.push(this.#deeper(() => this.parse()));
    return values;
  }

  #sum(): Expression {
    return this.#leftToRight(["+", "-"], () => this.#leftToRight(["*", "/", "%"], () => this.#power()));
  }

  #leftToRight(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((each) => this.#lexer.takeIf(each));
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: operand() };
    }
  }

  #power(): Expression {
    const left = this.#sign();
    if (!this.#lexer.takeIf("^")) return left;
    return { kind: "binary", operator: "^", left, right: this.#deeper(() => this.#power()) };
  }

  #sign(): Expression {
    if (this.#lexer.takeIf("-")) return { kind: "negate", of: this.#deeper(() => this.#sign()) };
    return this.#primary();
  }

  #primary(): Expression {
    const token = this.#lexer.take();
    if (token.kind === "string") return { kind: "literal", value: token.text };
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.kind === "duration") return { kind: "literal", value: durationMs(token.text) };
    if (token.kind === "symbol" && token.text === "(") {
      const inner = this.#deeper(() => this.parse());
      this.#lexer.expect(")");
      return inner;
    }
    if (token.kind !== "name") return this.#lexer.fail(token);
    if (this.#lexer.takeIf("(")) return this.#call(token);
    // Booleans of JSON are 1 and 0 in queries (documented).
    if (token.text === "true" || token.text === "false") {
      return { kind: "literal", value: token.text === "true" ? 1 : 0 };
    }
    return { kind: "field", name: token.text };
  }

  #call(name: Token): Expression {
    const key = name.text.toLowerCase();
    if (key === "count" && this.#lexer.takeIf("*")) {
      this.#lexer.expect(")");
      return { kind: "aggregate", name: key, args: [] };
    }
    const args = this.#commaSeparated(")");
    this.#lexer.expect(")");
    const aggregate = AGGREGATES.get(key);
    const known = aggregate ?? FUNCTIONS.get(key);
    if (known === undefined) return this.#lexer.fail(name, "there is no such function");
    if (args.length < known.args[0] || args.length > known.args[1]) {
      return this.#lexer.fail(name, `it does not take ${args.length} arguments`);
    }
    return { kind: aggregate === undefined ? "call" : "aggregate", name: key, args };
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > LOGS_LIMITS.patternDepthMax) return this.#lexer.fail(this.#lexer.peek(), "too deep");
    const result = read();
    this.#depth--;
    return result;
  }
}

export function durationMs(text: string): number {
  const [, count, unit = ""] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  return Number(count) * (UNITS[unit] ?? Number.NaN);
}
