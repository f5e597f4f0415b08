/** A Logs Insights query as a list of commands. Source: "CloudWatch Logs Insights language query syntax" pages. */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { type Expression, ExpressionParser } from "./expression.ts";
import { Lexer, type Token } from "./lexer.ts";

export interface Column {
  readonly name: string;
  readonly expression: Expression;
}

export interface SortKey {
  readonly of: Expression;
  /** After `stats` it may be the name of a column. */
  readonly written: string;
  readonly descending: boolean;
}

export type Command =
  | { readonly kind: "fields" | "display"; readonly columns: readonly Column[] }
  | { readonly kind: "filter"; readonly condition: Expression }
  | { readonly kind: "stats"; readonly columns: readonly Column[]; readonly by: readonly Column[] }
  | { readonly kind: "sort"; readonly keys: readonly SortKey[] }
  | { readonly kind: "limit"; readonly count: number }
  | { readonly kind: "dedup"; readonly names: readonly string[] }
  | {
      readonly kind: "parse";
      readonly of: Expression;
      readonly pattern: RegExp;
      readonly names: readonly string[];
    };

/** Throws QueryError. */
export function parseQuery(text: string): Command[] {
  return new QueryParser(text).parse();
}

class QueryParser {
  readonly #lexer: Lexer;
  readonly #expressions: ExpressionParser;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#expressions = new ExpressionParser(this.#lexer);
  }

  parse(): Command[] {
    const commands: Command[] = [];
    // A query may begin with a pipe, and may be empty.
    this.#lexer.takeIf("|");
    while (this.#lexer.peek().kind !== "end") {
      commands.push(this.#command());
      if (this.#lexer.peek().kind !== "end") this.#lexer.expect("|");
    }
    return commands;
  }

  #command(): Command {
    const token = this.#lexer.take();
    switch (token.kind === "name" ? token.text.toLowerCase() : "") {
      case "fields":
        return { kind: "fields", columns: this.#columns(false) };
      case "display":
        return { kind: "display", columns: this.#columns(false) };
      case "filter":
        return { kind: "filter", condition: this.#plain(this.#expressions.parse()) };
      case "stats":
        return this.#stats(token);
      case "sort":
        return { kind: "sort", keys: this.#sortKeys() };
      case "limit":
      case "head":
        return { kind: "limit", count: this.#count() };
      case "dedup":
        return { kind: "dedup", names: this.#names() };
      case "parse":
        return this.#parse();
      default:
        return this.#lexer.fail(token, "it is no command");
    }
  }

  #columns(mayAggregate: boolean): Column[] {
    const columns: Column[] = [];
    do {
      const start = this.#lexer.peek();
      const expression = this.#expressions.parse();
      if (!mayAggregate) this.#plain(expression, start);
      const written = this.#lexer.written(start.start, this.#lexer.peek().start);
      const alias = this.#lexer.takeIf("as") && this.#name();
      const name = expression.kind === "field" ? expression.name : withoutComment(written);
      columns.push({ name: alias ?? name, expression });
    } while (this.#lexer.takeIf(","));
    return columns;
  }

  #stats(token: Token): Command {
    const columns = this.#columns(true);
    for (const { expression } of columns) {
      if (!hasAggregate(expression)) this.#lexer.fail(token, "what stats computes must aggregate");
    }
    return { kind: "stats", columns, by: this.#lexer.takeIf("by") ? this.#columns(false) : [] };
  }

  #sortKeys(): SortKey[] {
    const keys: SortKey[] = [];
    do {
      const start = this.#lexer.peek();
      const parsed = this.#expressions.parse();
      // `sort count(*) desc` means the column of that name.
      const written = withoutComment(this.#lexer.written(start.start, this.#lexer.peek().start));
      const of: Expression = hasAggregate(parsed) ? { kind: "field", name: written } : parsed;
      const descending = this.#lexer.takeIf("desc") !== undefined;
      if (!descending) this.#lexer.takeIf("asc");
      keys.push({ of, written, descending });
    } while (this.#lexer.takeIf(","));
    return keys;
  }

  #count(): number {
    const token = this.#lexer.take();
    const count = Number(token.text);
    if (
      token.kind !== "number" ||
      !Number.isInteger(count) ||
      count < 1 ||
      count > LOGS_LIMITS.insightsRowsMax
    ) {
      return this.#lexer.fail(token, `expected a number from 1 to ${LOGS_LIMITS.insightsRowsMax}`);
    }
    return count;
  }

  #names(): string[] {
    const names = [this.#name()];
    while (this.#lexer.takeIf(",")) names.push(this.#name());
    return names;
  }

  #name(): string {
    const token = this.#lexer.take();
    return token.kind === "name" ? token.text : this.#lexer.fail(token, "expected a name");
  }

  /** `parse @message "user=*" as user` or `parse @message /user=(?<user>\S+)/`; the field may be left out. */
  #parse(): Command {
    let of: Expression = { kind: "field", name: "@message" };
    const peeked = this.#lexer.takeExpression();
    if (peeked !== undefined) return this.#parseExpression(of, peeked);
    if (this.#lexer.peek().kind !== "string") of = { kind: "field", name: this.#name() };
    const expression = this.#lexer.takeExpression();
    if (expression !== undefined) return this.#parseExpression(of, expression);
    const glob = this.#lexer.take();
    if (glob.kind !== "string") return this.#lexer.fail(glob, "expected a string or /expression/");
    this.#lexer.expect("as");
    const names = this.#names();
    const parts = glob.text.split("*");
    if (parts.length - 1 !== names.length) {
      return this.#lexer.fail(glob, `it has ${parts.length - 1} stars for ${names.length} names`);
    }
    const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
    // The last star goes as far as it can, the others no farther than they must.
    const source = `${escaped.join("(.*?)")}${glob.text.endsWith("*") ? "$" : ""}`;
    return { kind: "parse", of, pattern: new RegExp(source, "s"), names };
  }

  #parseExpression(of: Expression, token: Token): Command {
    const pattern = this.#expressions.pattern(token);
    const names = [...token.text.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name = ""]) => name);
    if (this.#lexer.takeIf("as")) return { kind: "parse", of, pattern, names: this.#names() };
    if (names.length === 0) return this.#lexer.fail(token, "it has no named groups");
    return { kind: "parse", of, pattern, names };
  }

  #plain(expression: Expression, token = this.#lexer.peek()): Expression {
    return hasAggregate(expression)
      ? this.#lexer.fail(token, "functions of stats have no meaning here")
      : expression;
  }
}

function withoutComment(text: string): string {
  return text.replace(/#[^\n]*/g, "").trim();
}

export function hasAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case "aggregate":
      return true;
    case "literal":
    case "field":
      return false;
    case "not":
    case "negate":
    case "like":
      return hasAggregate(expression.of);
    case "in":
      return hasAggregate(expression.of) || expression.values.some(hasAggregate);
    case "binary":
      return hasAggregate(expression.left) || hasAggregate(expression.right);
    case "call":
      return expression.args.some(hasAggregate);
    default:
      return expression satisfies never;
  }
}
