/** Metric math: an expression's text as a tree. Source of the grammar: "Using math expressions with CloudWatch metrics" page. */
import { validationFailed } from "../errors.ts";

export type Node =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Node[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: "negation"; readonly of: Node }
  | { readonly kind: "operation"; readonly operator: Operator; readonly left: Node; readonly right: Node };

/** What binds weakest comes first. */
const LEVELS = [
  ["OR", "||"],
  ["AND", "&&"],
  ["==", "!=", "<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/"],
  ["^"],
] as const;

export type Operator = (typeof LEVELS)[number][number];

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|(?<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<name>[A-Za-z][A-Za-z0-9_]*)|(?<sign>==|!=|<=|>=|\|\||&&|[-+*/^<>(),[\]]))/y;

interface Token {
  readonly kind: "number" | "text" | "name" | "sign";
  readonly text: string;
}

const DEPTH_MAX = 50;

/** Throws ValidationError. */
export function parseExpression(text: string): Node {
  return new Parser(tokens(text)).whole();
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (text.slice(pattern.lastIndex).trim() !== "") {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw wrong(`unexpected '${text.slice(at).trim().slice(0, 20)}'`);
    const kind = (["number", "text", "name", "sign"] as const).find((each) => groups[each] !== undefined);
    if (kind !== undefined) found.push({ kind, text: groups[kind] ?? "" });
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  whole(): Node {
    const node = this.#level(0);
    const left = this.#tokens[this.#at];
    if (left !== undefined) throw wrong(`unexpected '${left.text}'`);
    return node;
  }

  #level(level: number): Node {
    const operators: readonly string[] | undefined = LEVELS[level];
    if (operators === undefined) return this.#operand();
    let left = this.#level(level + 1);
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.kind === "text" || !operators.includes(token.text)) return left;
      this.#at++;
      // Only powers group to the right.
      const right = token.text === "^" ? this.#deeper(() => this.#level(level)) : this.#level(level + 1);
      left = { kind: "operation", operator: token.text as Operator, left, right };
    }
  }

  #operand(): Node {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw wrong("it ends too early");
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "text")
      return { kind: "text", value: token.text.slice(1, -1).replaceAll(/\\(.)/g, "$1") };
    if (token.kind === "name") {
      if (!this.#takes("(")) return { kind: "name", name: token.text };
      return { kind: "call", name: token.text, args: this.#items(")") };
    }
    if (token.text === "-") return { kind: "negation", of: this.#deeper(() => this.#operand()) };
    if (token.text === "+") return this.#deeper(() => this.#operand());
    if (token.text === "[") return { kind: "list", items: this.#items("]") };
    if (token.text !== "(") throw wrong(`unexpected '${token.text}'`);
    const inner = this.#deeper(() => this.#level(0));
    if (!this.#takes(")")) throw wrong("a parenthesis is not closed");
    return inner;
  }

  #items(end: ")" | "]"): Node[] {
    const items: Node[] = [];
    if (this.#takes(end)) return items;
    for (;;) {
      items.push(this.#deeper(() => this.#level(0)));
      if (this.#takes(end)) return items;
      if (!this.#takes(",")) throw wrong(`'${end}' or a comma is missing`);
    }
  }

  #takes(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const isIt = token?.kind === "sign" && token.text === sign;
    if (isIt) this.#at++;
    return isIt;
  }

  #deeper(parse: () => Node): Node {
    if (++this.#depth > DEPTH_MAX) throw wrong("it is nested too deeply");
    const node = parse();
    this.#depth--;
    return node;
  }
}

function wrong(what: string): Error {
  return validationFailed(`The expression could not be read: ${what}.`);
}
