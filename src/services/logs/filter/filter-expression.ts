/**
 * Regular expressions of filter patterns, matched in time proportional to the message whatever the expression: all
 * states an expression can be in are followed at once (Thompson, "Regular Expression Search Algorithm", 1968).
 * JavaScript's own RegExp backtracks, and one careless `.*.*x` over a long message would hold up the whole server.
 * Source of the syntax: "Supported regular expressions (regex) syntax" page. There are no groups.
 */
import { LOGS_LIMITS } from "../../../config/mod.ts";

type CharacterTest = (code: number) => boolean;

/** `next` is the state after this one; a fork also goes to `other`. */
type State =
  | { readonly kind: "character"; readonly id: number; readonly test: CharacterTest; readonly next: number }
  | { readonly kind: "fork"; readonly next: number; readonly other: number }
  | { readonly kind: "start" | "end"; readonly next: number }
  | { readonly kind: "match" };

export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** Without operators it is a part of the text. `-` and the other symbols stand for themselves. */
const PLAIN = /^[A-Za-z0-9:_#=@/;,-]*$/;
const NOT_ALLOWED = /[^A-Za-z0-9:_#=@/;,\-^$?[\]{}|\\*+.]/u;
const NEWLINE = 10;
const ASCII = 128;
/** Few expressions have more; beyond it they are forgotten and worked out anew. */
const KNOWN_SETS_MAX = 500;

/** Throws ExpressionError, with the offending characters, for what AWS does not support. */
export function compileExpression(source: string): (text: string) => boolean {
  if (PLAIN.test(source)) return (text) => text.includes(source);
  // An escape may stand before any printable character.
  const [refused] = NOT_ALLOWED.exec(source.replace(/\\[\x20-\x7e]/g, "")) ?? [];
  if (refused !== undefined) throw new ExpressionError(refused);
  const search = new Search(new Compiler(source).compile());
  return (text) => search.matches(text);
}

/** A set of states an expression can be in at the same time, and the sets that follow it by character, once known. */
interface StateSet {
  readonly characters: readonly CharacterState[];
  readonly isMatch: boolean;
  readonly next: (StateSet | undefined)[];
}

type CharacterState = Extract<State, { kind: "character" }>;

/** Follows sets of states over a text. A set is worked out when it is first met and remembered for later messages. */
class Search {
  readonly #states: readonly State[];
  #known = new Map<string, StateSet>();
  #beginning: StateSet;

  constructor(states: readonly State[]) {
    this.#states = states;
    this.#beginning = this.#closure([0], { atStart: true, atEnd: false });
  }

  matches(text: string): boolean {
    // `$` also holds before a newline that ends the text, as function output does.
    const end = text.charCodeAt(text.length - 1) === NEWLINE ? text.length - 1 : text.length;
    let present = end === 0 ? this.#closure([0], { atStart: true, atEnd: true }) : this.#beginning;
    for (let at = 0; at < text.length && !present.isMatch; at++) {
      const code = text.charCodeAt(at);
      if (at + 1 < end && code < ASCII) present = present.next[code] ??= this.#remembered(present, code);
      else present = this.#after(present, code, at + 1 >= end);
    }
    return present.isMatch;
  }

  #remembered(present: StateSet, code: number): StateSet {
    const set = this.#after(present, code, false);
    const key = set.isMatch ? "match" : set.characters.map((state) => state.id).join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= KNOWN_SETS_MAX) {
      this.#known = new Map();
      this.#beginning = { ...this.#beginning, next: [] };
    }
    this.#known.set(key, set);
    return set;
  }

  #after(present: StateSet, code: number, atEnd: boolean): StateSet {
    // A match may begin anywhere, so the first state joins at every step.
    const reached = [0];
    for (const state of present.characters) if (state.test(code)) reached.push(state.next);
    return this.#closure(reached, { atStart: false, atEnd });
  }

  /** All that can be reached without reading a further character. */
  #closure(reached: readonly number[], { atStart, atEnd }: { atStart: boolean; atEnd: boolean }): StateSet {
    const open = [...reached];
    const seen = new Set<number>();
    const characters: CharacterState[] = [];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const state = this.#states[id];
      if (state === undefined || seen.has(id)) continue;
      seen.add(id);
      if (state.kind === "match") return { characters: [], isMatch: true, next: [] };
      if (state.kind === "character") characters.push(state);
      else if (state.kind === "fork") open.push(state.other, state.next);
      else if (state.kind === "start" ? atStart : atEnd) open.push(state.next);
    }
    characters.sort((a, b) => a.id - b.id);
    return { characters, isMatch: false, next: [] };
  }
}

/** Writes states one behind the other, reading the expression once from left to right. */
class Compiler {
  readonly #source: string;
  readonly #states: State[] = [];
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  compile(): readonly State[] {
    for (;;) {
      const fork = this.#push({ kind: "fork", next: 0, other: 0 });
      this.#branch();
      this.#push({ kind: "match" });
      const isLast = this.#at >= this.#source.length;
      this.#states[fork] = { kind: "fork", next: fork + 1, other: isLast ? fork + 1 : this.#states.length };
      if (isLast) return this.#states;
      this.#at++;
    }
  }

  /** To the next `|` or the end. */
  #branch(): void {
    while (this.#at < this.#source.length && this.#source[this.#at] !== "|") {
      const character = this.#source[this.#at];
      if (character === "^" || character === "$") {
        this.#at++;
        this.#push({ kind: character === "^" ? "start" : "end", next: this.#states.length + 1 });
        continue;
      }
      const test = this.#atom();
      const [least, most] = this.#quantifier();
      this.#repeat(test, least, most);
    }
  }

  #repeat(test: CharacterTest, least: number, most: number): void {
    for (let count = 0; count < least; count++) this.#character(test);
    if (most === Number.POSITIVE_INFINITY) {
      const fork = this.#push({
        kind: "fork",
        next: this.#states.length + 1,
        other: this.#states.length + 2,
      });
      this.#push({ kind: "character", id: fork + 1, test, next: fork });
      return;
    }
    const end = this.#states.length + 2 * (most - least);
    for (let count = least; count < most; count++) {
      this.#push({ kind: "fork", next: this.#states.length + 1, other: end });
      this.#character(test);
    }
  }

  #character(test: CharacterTest): void {
    const id = this.#states.length;
    this.#push({ kind: "character", id, test, next: id + 1 });
  }

  #push(state: State): number {
    if (this.#states.length >= LOGS_LIMITS.filterExpressionStatesMax) throw new ExpressionError(this.#source);
    return this.#states.push(state) - 1;
  }

  #quantifier(): [least: number, most: number] {
    const [text, braces, least, comma, most] =
      /^(?:[?*+]|(\{(\d{1,4})(,?)(\d{0,4})\}))/.exec(this.#source.slice(this.#at)) ?? [];
    if (text === undefined) return [1, 1];
    this.#at += text.length;
    if (braces === undefined) return [text === "+" ? 1 : 0, text === "?" ? 1 : Number.POSITIVE_INFINITY];
    const from = Number(least);
    if (comma === "") return [from, from];
    const to = most === "" ? Number.POSITIVE_INFINITY : Number(most);
    if (to < from) throw new ExpressionError(text);
    return [from, to];
  }

  #atom(): CharacterTest {
    const character = this.#source[this.#at] ?? "";
    if (/[?*+{}\]]/.test(character)) throw new ExpressionError(character);
    if (character === "[") return this.#characterClass();
    if (character === "\\") return this.#escape();
    this.#at++;
    if (character === ".") return (code) => code !== NEWLINE;
    return isOne(character);
  }

  /** Letters have their usual meaning (d, D, s, S, w, W, xhh and the control characters), symbols stand for themselves. */
  #escape(): CharacterTest {
    const [text, , hexadecimal] = /^\\(x([0-9A-Fa-f]{2})|.)/.exec(this.#source.slice(this.#at)) ?? [];
    const character = text?.[1];
    if (text === undefined || character === undefined) throw new ExpressionError("\\");
    this.#at += text.length;
    if (hexadecimal !== undefined) return isOne(String.fromCharCode(Number.parseInt(hexadecimal, 16)));
    const known = ESCAPES.get(character);
    if (known !== undefined) return known;
    if (/[A-Za-z0-9]/.test(character)) throw new ExpressionError(`\\${character}`);
    return isOne(character);
  }

  #characterClass(): CharacterTest {
    const isNegated = this.#source[this.#at + 1] === "^";
    this.#at += isNegated ? 2 : 1;
    const tests: CharacterTest[] = [];
    while (this.#source[this.#at] !== "]" || tests.length === 0) {
      const first = this.#source[this.#at];
      if (first === undefined) throw new ExpressionError("[");
      const last = this.#source[this.#at + 2];
      if (first === "\\") {
        tests.push(this.#escape());
      } else if (this.#source[this.#at + 1] === "-" && last !== undefined && last !== "]") {
        this.#at += 3;
        if (last < first) throw new ExpressionError(`${first}-${last}`);
        tests.push((code) => code >= first.charCodeAt(0) && code <= last.charCodeAt(0));
      } else {
        this.#at++;
        tests.push(isOne(first));
      }
    }
    this.#at++;
    return (code) => tests.some((test) => test(code)) !== isNegated;
  }
}

function isOne(character: string): CharacterTest {
  const wanted = character.charCodeAt(0);
  return (code) => code === wanted;
}

const isDigit: CharacterTest = (code) => code >= 48 && code <= 57;
const isSpace: CharacterTest = (code) => code === 32 || (code >= 9 && code <= 13);
const isWord: CharacterTest = (code) =>
  isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

const ESCAPES: ReadonlyMap<string, CharacterTest> = new Map([
  ["d", isDigit],
  ["D", (code) => !isDigit(code)],
  ["s", isSpace],
  ["S", (code) => !isSpace(code)],
  ["w", isWord],
  ["W", (code) => !isWord(code)],
  ["t", isOne("\t")],
  ["n", isOne("\n")],
  ["r", isOne("\r")],
  ["f", isOne("\f")],
  ["v", isOne("\v")],
]);
