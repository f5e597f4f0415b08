/**
 * Filter patterns of event source mappings: compiled once, then asked about each record. A pattern's keys must all hold, the
 * items of a list need one that does, and of an event's array one element is enough.
 * Source: "Control which events Lambda sends to your function" page; the finer rules are EventBridge's.
 */
import { DataField } from "./data-field.ts";
import { invalidPattern } from "./invalid-pattern.ts";
import { isLeaf, isOperator, type Leaf, onlyMember, type ValueTest, valueTest } from "./value-test.ts";

/** Told what stands at a place of a record; undefined where nothing does. */
export type FilterPattern = (value: unknown) => boolean;

/** From its JSON. Throws InvalidParameterValueException. `{}` matches every record. */
export function compilePattern(json: string): FilterPattern {
  let pattern: unknown;
  try {
    pattern = JSON.parse(json);
  } catch {
    throw invalidPattern();
  }
  if (!isObject(pattern)) throw invalidPattern();
  return objectPattern(pattern);
}

/** Whether one of the patterns matches; with no pattern every record does. */
export function matchesAny(patterns: readonly FilterPattern[], record: unknown): boolean {
  return patterns.length === 0 || patterns.some((matches) => matches(record));
}

function objectPattern(pattern: Readonly<Record<string, unknown>>): FilterPattern {
  const members = Object.entries(pattern).map(([key, inner]): FilterPattern => {
    if (key === "$or" && isAlternatives(inner)) return orPattern(inner);
    const matches = fieldPattern(inner);
    return (record) => matches(memberOf(record, key));
  });
  const matchesOne: FilterPattern = (record) => members.every((matches) => matches(record));
  // What must hold together must hold in the same element of an array.
  return (value) => {
    if (value instanceof DataField) return value.json !== undefined && inElements(value.json, matchesOne);
    return inElements(value, matchesOne);
  };
}

function inElements(value: unknown, matches: FilterPattern): boolean {
  if (!Array.isArray(value)) return matches(value);
  const found = elements(value);
  return found.length === 0 ? matches(undefined) : found.some(matches);
}

/** A list of patterns; a list of operators belongs to a field that is called so. */
function isAlternatives(value: unknown): value is Readonly<Record<string, unknown>>[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => isObject(each) && !Object.keys(each).some(isOperator))
  );
}

function orPattern(alternatives: readonly Readonly<Record<string, unknown>>[]): FilterPattern {
  const patterns = alternatives.map(nested);
  return (record) => patterns.some((matches) => matches(record));
}

function fieldPattern(inner: unknown): FilterPattern {
  if (isObject(inner)) return nested(inner);
  if (!Array.isArray(inner) || inner.length === 0) throw invalidPattern();
  return listPattern(inner);
}

function nested(pattern: Readonly<Record<string, unknown>>): FilterPattern {
  if (Object.keys(pattern).length === 0) throw invalidPattern();
  return objectPattern(pattern);
}

/** `exists` knows leaves only: where an object stands, there is none. */
function listPattern(items: readonly unknown[]): FilterPattern {
  const tests: ValueTest[] = [];
  let matchesPresent = false;
  let matchesAbsent = false;
  for (const item of items) {
    if (!isObject(item) || !Object.hasOwn(item, "exists")) {
      tests.push(valueTest(item));
      continue;
    }
    const [, wanted] = onlyMember(item);
    if (typeof wanted !== "boolean") throw invalidPattern();
    if (wanted) matchesPresent = true;
    else matchesAbsent = true;
  }
  return (value) => {
    if (value instanceof DataField && value.json !== undefined) return false;
    const leaves = leavesOf(value instanceof DataField ? value.text : value);
    if (leaves.length === 0) return matchesAbsent;
    return matchesPresent || leaves.some((leaf) => tests.some((holds) => holds(leaf)));
  };
}

function leavesOf(value: unknown): Leaf[] {
  if (isLeaf(value)) return [value];
  return Array.isArray(value) ? elements(value).filter(isLeaf) : [];
}

/** Of arrays within arrays, too; a record may nest them deeper than a stack goes. */
function elements(array: readonly unknown[]): unknown[] {
  const found: unknown[] = [];
  const left: unknown[] = [...array].reverse();
  while (left.length > 0) {
    const each = left.pop();
    if (Array.isArray(each)) for (let at = each.length - 1; at >= 0; at--) left.push(each[at]);
    else found.push(each);
  }
  return found;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
