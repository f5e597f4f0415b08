/** Reads the parts that JSON and space-delimited filter patterns have in common, from left to right. */
import type { Comparator, Operand } from "./comparison.ts";

/** The pattern is none; `at` is where that showed. */
export class PatternError extends Error {
  override readonly name = "PatternError";
  readonly at: number;

  constructor(at: number) {
    super(`The pattern cannot be read from character ${at}.`);
    this.at = at;
  }
}

const COMPARATOR = /!=|<=|>=|==|=|<|>/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const EXPRESSION = /%((?:[^%\\]|\\.)+)%/y;
const BARE = /[^\s()&|,\]}"=<>!%]+/y;

export class PatternReader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Goes on behind the text where it stands here, blanks before it passed over. */
  take(text: string): boolean {
    this.#blanks();
    if (!this.#text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** The groups of the match at this place. `pattern` must be sticky. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    this.#blanks();
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.at = pattern.lastIndex;
    return match;
  }

  /** Throws PatternError where the text does not stand here. */
  expect(text: string): void {
    if (!this.take(text)) this.fail();
  }

  expectEnd(): void {
    this.#blanks();
    if (this.at < this.#text.length) this.fail();
  }

  comparator(): Comparator | undefined {
    const text = this.match(COMPARATOR)?.[0];
    return text === "==" ? "=" : (text as Comparator | undefined);
  }

  operand(): Operand {
    const quoted = this.match(QUOTED);
    if (quoted !== undefined) return { kind: "quoted", text: (quoted[1] ?? "").replace(/\\(.)/gs, "$1") };
    const expression = this.match(EXPRESSION);
    if (expression !== undefined) return { kind: "expression", text: expression[1] ?? "" };
    const bare = this.match(BARE);
    return bare === undefined ? this.fail() : { kind: "bare", text: bare[0] };
  }

  fail(): never {
    throw new PatternError(this.at);
  }

  #blanks(): void {
    while (/\s/.test(this.#text[this.at] ?? "")) this.at++;
  }
}
