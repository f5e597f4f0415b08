/**
 * Filter patterns over plain text: terms that must all occur, quoted phrases, `?any`, `-none`, `%expression%`; case
 * counts. Source: "Filter pattern syntax" page. JSON and space-delimited patterns are refused until they are built.
 */
import { invalidParameter } from "./errors.ts";
import { compileExpression, ExpressionError } from "./filter-expression.ts";

export type MessageFilter = (message: string) => boolean;

interface Term {
  /** Empty: the term must occur. */
  readonly sign: "?" | "-" | "";
  readonly matches: MessageFilter;
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

/** Throws InvalidParameterException for what is no pattern. */
export function compileFilterPattern(pattern: string | undefined): MessageFilter {
  const text = pattern?.trim() ?? "";
  if (text === "") return () => true;
  if (text.startsWith("{") || text.startsWith("[")) {
    throw invalidParameter(
      "Lambkin does not filter by JSON or space-delimited patterns yet; use terms, phrases or %expressions%.",
    );
  }
  const terms = parseTerms(text);
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
      matches: matcherOf({ phrase, expression, word }),
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
}): MessageFilter {
  if (term.expression !== undefined) return expressionMatcher(term.expression);
  if (term.word !== undefined && NOT_BARE.test(term.word)) throw invalidTerm(term.word);
  const part = term.phrase?.replace(/\\(.)/gs, "$1") ?? term.word ?? "";
  return (message) => message.includes(part);
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
