/**
 * Filter patterns over plain text: terms, quoted phrases, `?any`, `-none`, `%regex%`; case counts.
 * Source: "Filter pattern syntax" page. JSON and space-delimited patterns are refused until they are built.
 */
import { invalidParameter } from "./errors.ts";

export type MessageFilter = (message: string) => boolean;

type Sign = "all" | "any" | "none";

interface Term {
  readonly sign: Sign;
  readonly matches: MessageFilter;
}

/** An optional sign, then a phrase in quotes, an expression in percent signs, or a bare word. */
const TERM = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%((?:[^%\\]|\\.)*)%|([^\s"]+))(?=\s|$)/y;
/** Expressions run on whatever functions print: long ones are refused before they can be costly. */
const EXPRESSION_CHARACTERS_MAX = 256;

/** Throws InvalidParameterException for what is no pattern. */
export function compileFilterPattern(pattern: string | undefined): MessageFilter {
  const text = pattern?.trim() ?? "";
  if (text === "") return () => true;
  if (text.startsWith("{") || text.startsWith("[")) {
    throw invalidParameter("Lambkin does not filter by JSON or space-delimited patterns yet; use terms.");
  }
  const terms = parse(text);
  const all = terms.filter((term) => term.sign === "all");
  const none = terms.filter((term) => term.sign === "none");
  // Beside other terms the optional ones say nothing (documented).
  const any = all.length > 0 || none.length > 0 ? [] : terms.filter((term) => term.sign === "any");
  return (message) =>
    all.every((term) => term.matches(message)) &&
    !none.some((term) => term.matches(message)) &&
    (any.length === 0 || any.some((term) => term.matches(message)));
}

function parse(text: string): Term[] {
  const terms: Term[] = [];
  TERM.lastIndex = 0;
  while (TERM.lastIndex < text.length) {
    const at = TERM.lastIndex;
    const match = TERM.exec(text);
    if (match === null) {
      throw invalidParameter(`Invalid filter pattern: cannot read it from character ${at + 1} on.`);
    }
    const [, sign, phrase, expression, word] = match;
    terms.push({ sign: signOf(sign), matches: matcherOf(phrase, expression, word) });
  }
  return terms;
}

function signOf(sign: string | undefined): Sign {
  if (sign === "?") return "any";
  return sign === "-" ? "none" : "all";
}

function matcherOf(
  phrase: string | undefined,
  expression: string | undefined,
  word: string | undefined,
): MessageFilter {
  if (expression !== undefined) return expressionMatcher(expression);
  const part = phrase?.replace(/\\(.)/g, "$1") ?? word ?? "";
  return (message) => message.includes(part);
}

/** AWS allows a small set of expressions without back references and look-around; so do we. */
function expressionMatcher(source: string): MessageFilter {
  const isSimple =
    source.length <= EXPRESSION_CHARACTERS_MAX && !/\(\?|\\\d|[+*}]\)?[+*{]|\([^)]*[+*{]/.test(source);
  if (!isSimple) throw invalidParameter("Invalid filter pattern: the regular expression is not supported.");
  try {
    const compiled = new RegExp(source);
    return (message) => compiled.test(message);
  } catch {
    throw invalidParameter("Invalid filter pattern: the regular expression cannot be read.");
  }
}
