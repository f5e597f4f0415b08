/**
 * Filter patterns, and those over plain text: terms that must all occur, quoted phrases, `?any`, `-none`, `%expression%`;
 * case counts. JSON and space-delimited patterns have files of their own. Source: "Filter pattern syntax" page.
 */
import { invalidParameter } from "../errors.ts";
import { compileExpression, ExpressionError } from "./filter-expression.ts";
import { compileJsonPattern } from "./json-pattern.ts";
import { PatternError } from "./pattern-reader.ts";
import { compileSpacePattern } from "./space-pattern.ts";

export type MessageFilter = (message: string) => boolean;

interface Term {
  /** Empty: the term must occur. */
  readonly sign: "?" | "-" | "";
  readonly matches: MessageFilter;
  /** Undefined for an expression. */
  readonly literal: string | undefined;
}

/** An optional sign, then a phrase in quotes, an expression in percent signs, or a bare word. */
const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)+)%|([^\s"%?-][^\s"]*))(?=\s|$)/y;
const SPACE = /\s*/y;
/**
 * What AWS refuses in a bare word. Colon, comma, brackets, star, backslash and backtick are reported by users with
 * this error; the rest is assumed from the page, which wants every term with a symbol in quotes. Letters, digits and
 * `_ . - / @ # $ + ?` are let through.
 */
const NOT_BARE = /[^\p{L}\p{N}_.\-/@#$+?]/u;

export interface FilterPattern {
  readonly matches: MessageFilter;
  /** The values that the pattern names, by `$.selector` or `$field`; none for terms. */
  extract(message: string): Record<string, string>;
  /** A message that matches contains one of these; undefined where nothing is sure. */
  readonly literals: readonly string[] | undefined;
}

/** Throws InvalidParameterException for what is no pattern. */
export function compileFilterPattern(pattern: string | undefined): MessageFilter {
  return parseFilterPattern(pattern).matches;
}

/** Throws InvalidParameterException for what is no pattern. */
export function parseFilterPattern(pattern: string | undefined): FilterPattern {
  const text = pattern?.trim() ?? "";
  try {
    if (text.startsWith("{")) return compileJsonPattern(text);
    if (text.startsWith("[")) return compileSpacePattern(text);
  } catch (error) {
    if (error instanceof ExpressionError) throw invalidTerm(error.message);
    // Recall of the text; AWS does not say where.
    if (error instanceof PatternError) {
      throw invalidParameter(`Invalid filter pattern: it cannot be read from character ${error.at + 1}.`);
    }
    if (error instanceof RangeError) {
      throw invalidParameter(`Invalid filter pattern: '${error.message}' is no number to compare with.`);
    }
    throw error;
  }
  const terms = text === "" ? [] : parseTerms(text);
  return { matches: termsMatcher(terms), extract: () => ({}), literals: literalsOf(terms) };
}

/** Whether the pattern is over JSON, over fields divided by spaces, or over plain text. */
export function kindOfPattern(pattern: string): "json" | "space" | "terms" {
  const text = pattern.trim();
  if (text.startsWith("{")) return "json";
  return text.startsWith("[") ? "space" : "terms";
}

/** Of terms that must all occur the longest tells most. */
function literalsOf(terms: readonly Term[]): readonly string[] | undefined {
  const must = terms.filter(({ sign, literal }) => sign === "" && literal !== undefined && literal !== "");
  const [longest] = must.map(({ literal = "" }) => literal).sort((a, b) => b.length - a.length);
  if (longest !== undefined) return [longest];
  const isEither = terms.length > 0 && terms.every(({ sign, literal }) => sign === "?" && literal);
  return isEither ? terms.map(({ literal = "" }) => literal) : undefined;
}

function termsMatcher(terms: readonly Term[]): MessageFilter {
  if (terms.length === 0) return () => true;
  const all = matchersOf(terms, "");
  const none = matchersOf(terms, "-");
  // Beside terms of another sign the question marks and their terms are ignored (documented; recall).
  const any = all.length + none.length > 0 ? [] : matchersOf(terms, "?");
  const [only] = all;
  if (only !== undefined && all.length + none.length === 1) return only;
  return (message) =>
    all.every((matches) => matches(message)) &&
    !none.some((matches) => matches(message)) &&
    (any.length === 0 || any.some((matches) => matches(message)));
}

function matchersOf(terms: readonly Term[], sign: Term["sign"]): MessageFilter[] {
  return terms.filter((term) => term.sign === sign).map((term) => term.matches);
}

function parseTerms(text: string): Term[] {
  const terms: Term[] = [];
  for (let at = 0; at < text.length; ) {
    TERM.lastIndex = at;
    const match = TERM.exec(text);
    if (match === null) throw invalidTerm(text.slice(at));
    const [, sign, phrase, expression, word] = match;
    terms.push({
      sign: sign === "?" || sign === "-" ? sign : "",
      ...matcherOf({ phrase, expression, word }),
    });
    SPACE.lastIndex = TERM.lastIndex;
    SPACE.exec(text);
    at = SPACE.lastIndex;
  }
  return terms;
}

function matcherOf(term: {
  phrase: string | undefined;
  expression: string | undefined;
  word: string | undefined;
}): Pick<Term, "matches" | "literal"> {
  if (term.expression !== undefined) {
    return { matches: expressionMatcher(term.expression), literal: undefined };
  }
  if (term.word !== undefined && NOT_BARE.test(term.word)) throw invalidTerm(term.word);
  const part = term.phrase?.replace(/\\(.)/gs, "$1") ?? term.word ?? "";
  return { matches: (message) => message.includes(part), literal: part };
}

function expressionMatcher(source: string): MessageFilter {
  try {
    return compileExpression(source);
  } catch (error) {
    if (error instanceof ExpressionError) throw invalidTerm(error.message);
    throw error;
  }
}

/** Source of the text: quoted by many users; which characters AWS names of a longer term is recall. */
function invalidTerm(text: string): Error {
  const named = NOT_BARE.exec(text)?.[0] ?? text.slice(0, 1);
  return invalidParameter(`Invalid character(s) in term '${named}'`);
}
