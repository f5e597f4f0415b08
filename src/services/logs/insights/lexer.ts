/** Cuts an Insights query into tokens, on demand: only who reads knows whether a slash begins an expression or divides. */
import { QueryError } from "./query-error.ts";

export type TokenKind = "name" | "string" | "number" | "duration" | "symbol" | "expression" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Without quotes, backticks or slashes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Of an expression. */
  readonly flags?: string;
}

const BLANK = /(?:\s|#[^\n]*)*/y;
/** A field of a JSON array is named by its number: `items.0.id`. Stars belong to no name. */
const NAME = /[@\p{L}_][\p{L}\p{N}_@]*(?:\.[\p{L}\p{N}_@]+)*/uy;
const QUOTED_NAME = /`([^`]+)`(?:\.`([^`]+)`)*/y;
const DURATION = /(\d+)(ms|s|m|h|d|w|mo|q|y)(?![\p{L}\p{N}_])/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/sy;
const SYMBOL = /=~|!=|<=|>=|==|[=<>+\-*/^%(),|[\]]/y;
const EXPRESSION = /\/((?:[^/\\\n]|\\.)+)\/([a-z]*)/y;

export class Lexer {
  readonly #text: string;
  #at = 0;
  #next: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next token, which stays. */
  peek(): Token {
    this.#next ??= this.#read();
    return this.#next;
  }

  take(): Token {
    const token = this.peek();
    this.#next = undefined;
    this.#at = token.end;
    return token;
  }

  /** The symbol or word, in either case, where it comes next. */
  takeIf(text: string): Token | undefined {
    const token = this.peek();
    const isWord = token.kind === "name" && token.text.toLowerCase() === text;
    return isWord || (token.kind === "symbol" && token.text === text) ? this.take() : undefined;
  }

  expect(text: string): Token {
    return this.takeIf(text) ?? this.fail(this.peek(), `expected ${text}`);
  }

  /** An expression between slashes, where one comes next. */
  takeExpression(): Token | undefined {
    const start = this.#afterBlanks(this.#next?.start ?? this.#at);
    const match = matchAt(EXPRESSION, this.#text, start);
    if (match === null) return undefined;
    this.#next = undefined;
    this.#at = start + match[0].length;
    return { kind: "expression", text: match[1] ?? "", flags: match[2] ?? "", start, end: this.#at };
  }

  /** What was written between two places. */
  written(start: number, end: number): string {
    return this.#text.slice(start, end);
  }

  /** Throws QueryError. The wording follows what AWS says of unexpected symbols (recall). */
  fail(token: Token, what?: string): never {
    const found = token.kind === "end" ? "end of query" : this.written(token.start, token.end);
    const before = this.#text.slice(0, token.start).split("\n");
    const position = (before.at(-1) ?? "").length + 1;
    throw new QueryError(
      `unexpected symbol found ${found} at line ${before.length} and position ${position}${what ? `: ${what}` : ""}`,
      token.start,
      token.end,
    );
  }

  #read(): Token {
    const start = this.#afterBlanks(this.#at);
    if (start >= this.#text.length) return { kind: "end", text: "", start, end: start };
    const string = matchAt(STRING, this.#text, start);
    if (string !== null) {
      const [whole, double, single] = string;
      // A backslash before any other character stays: expressions are written in strings, too.
      const text = (double ?? single ?? "").replace(/\\(["'\\])/g, "$1");
      return { kind: "string", text, start, end: start + whole.length };
    }
    const quoted = matchAt(QUOTED_NAME, this.#text, start);
    if (quoted !== null) {
      const [whole] = quoted;
      return { kind: "name", text: whole.replaceAll("`", ""), start, end: start + whole.length };
    }
    for (const [kind, pattern] of KINDS) {
      const match = matchAt(pattern, this.#text, start);
      if (match !== null) return { kind, text: match[0], start, end: start + match[0].length };
    }
    return this.fail({ kind: "symbol", text: "", start, end: start + 1 });
  }

  #afterBlanks(at: number): number {
    return at + (matchAt(BLANK, this.#text, at)?.[0].length ?? 0);
  }
}

const KINDS: readonly (readonly [TokenKind, RegExp])[] = [
  ["name", NAME],
  ["duration", DURATION],
  ["number", NUMBER],
  ["symbol", SYMBOL],
];

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
