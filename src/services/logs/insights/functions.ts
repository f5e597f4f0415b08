/** The functions of Insights queries that make one value of others. Source: "Supported operations and functions" page. */
import { compare, numberOf, textOf, type Value } from "./values.ts";

export interface ScalarFunction {
  /** Fewest and most arguments. */
  readonly args: readonly [least: number, most: number];
  call(...args: Value[]): Value;
}

const MANY = 100;

export const FUNCTIONS: ReadonlyMap<string, ScalarFunction> = new Map<string, ScalarFunction>([
  ["abs", ofNumber(Math.abs)],
  ["ceil", ofNumber(Math.ceil)],
  ["floor", ofNumber(Math.floor)],
  ["round", ofNumber(Math.round)],
  ["sqrt", ofNumber(Math.sqrt)],
  ["log", ofNumber(Math.log)],
  ["greatest", { args: [1, MANY], call: (...all) => all.reduce((a, b) => (compare(a, b) >= 0 ? a : b)) }],
  ["least", { args: [1, MANY], call: (...all) => all.reduce((a, b) => (compare(a, b) <= 0 ? a : b)) }],
  ["ispresent", { args: [1, 1], call: (value) => Number(value !== undefined) }],
  ["isempty", { args: [1, 1], call: (value) => Number(value === undefined || textOf(value) === "") }],
  ["isblank", { args: [1, 1], call: (value) => Number(textOf(value).trim() === "") }],
  ["coalesce", { args: [1, MANY], call: (...all) => all.find((value) => value !== undefined) }],
  ["strlen", ofText((text) => text.length)],
  ["toupper", ofText((text) => text.toUpperCase())],
  ["tolower", ofText((text) => text.toLowerCase())],
  ["upper", ofText((text) => text.toUpperCase())],
  ["lower", ofText((text) => text.toLowerCase())],
  ["trim", { args: [1, 2], call: (text, characters) => trimmed(text, characters, true, true) }],
  ["ltrim", { args: [1, 2], call: (text, characters) => trimmed(text, characters, true, false) }],
  ["rtrim", { args: [1, 2], call: (text, characters) => trimmed(text, characters, false, true) }],
  ["concat", { args: [1, MANY], call: (...all) => all.map(textOf).join("") }],
  ["strcontains", ofText((text, part) => Number(text.includes(textOf(part))), 2)],
  ["replace", ofText((text, part, other) => text.replaceAll(textOf(part), () => textOf(other)), 3)],
  ["substr", { args: [2, 3], call: substr }],
  ["urldecode", ofText(decoded)],
  ["bin", { args: [1, 1], call: () => undefined }],
  ["datefloor", { args: [2, 2], call: (time, period) => rounded(time, period, Math.floor) }],
  ["dateceil", { args: [2, 2], call: (time, period) => rounded(time, period, Math.ceil) }],
  ["frommillis", { args: [1, 1], call: (value) => dateOf(numberOf(value)) }],
  ["tomillis", { args: [1, 1], call: (value) => (value instanceof Date ? value.getTime() : undefined) }],
  ["now", { args: [0, 0], call: () => Math.floor(Date.now() / 1000) }],
]);

function ofNumber(work: (value: number) => number): ScalarFunction {
  return {
    args: [1, 1],
    call(value) {
      const number = numberOf(value);
      return number === undefined ? undefined : work(number);
    },
  };
}

function ofText(work: (text: string, ...rest: Value[]) => Value, args = 1): ScalarFunction {
  return {
    args: [args, args],
    call: (value, ...rest) => (value === undefined ? undefined : work(textOf(value), ...rest)),
  };
}

function trimmed(value: Value, characters: Value, left: boolean, right: boolean): Value {
  if (value === undefined) return undefined;
  const wanted = characters === undefined ? undefined : textOf(characters);
  const goes = (character: string | undefined) =>
    character !== undefined && (wanted === undefined ? /\s/.test(character) : wanted.includes(character));
  const text = textOf(value);
  let start = 0;
  let end = text.length;
  while (left && start < end && goes(text[start])) start++;
  while (right && end > start && goes(text[end - 1])) end--;
  return text.slice(start, end);
}

function substr(value: Value, start: Value, length: Value): Value {
  if (value === undefined) return undefined;
  const from = numberOf(start) ?? 0;
  const count = numberOf(length);
  return textOf(value).slice(from, count === undefined ? undefined : from + count);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** Times in whole periods since the epoch. */
export function rounded(time: Value, period: Value, round: (value: number) => number): Value {
  const ms = numberOf(time);
  const step = numberOf(period);
  return ms === undefined || !step ? undefined : dateOf(round(ms / step) * step);
}

function dateOf(ms: number | undefined): Date | undefined {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
