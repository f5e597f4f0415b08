/**
 * One item of a pattern's list: a value to be equal to, or an operator. `exists` is not here: it asks about the place, not
 * about a value. Source: "Control which events Lambda sends to your function" and EventBridge's "Comparison operators" pages;
 * `wildcard` and `cidr` stand in the second only.
 */
import { BlockList, isIP } from "node:net";
import { invalidPattern } from "./invalid-pattern.ts";
import { numericTest } from "./numeric-test.ts";
import { compileWildcard } from "./wildcard.ts";

/** A string, a number, a boolean or null of an event. */
export type Leaf = string | number | boolean | null;

export type ValueTest = (value: Leaf) => boolean;

const OPERATORS: Readonly<Record<string, (operand: unknown) => ValueTest>> = {
  prefix: (operand) => affixTest(operand, (text, part) => text.startsWith(part)),
  suffix: (operand) => affixTest(operand, (text, part) => text.endsWith(part)),
  "equals-ignore-case": (operand) => ignoringCase(operand, (text, part) => text === part),
  wildcard: wildcardTest,
  cidr: cidrTest,
  numeric: numericTest,
  "anything-but": anythingButTest,
};

const NEGATABLE: ReadonlySet<string> = new Set(["prefix", "suffix", "equals-ignore-case", "wildcard"]);

export function isOperator(name: string): boolean {
  return name === "exists" || Object.hasOwn(OPERATORS, name);
}

/** Throws InvalidParameterValueException for what is neither a value nor an operator. */
export function valueTest(item: unknown): ValueTest {
  if (isLeaf(item)) return (value) => value === item;
  const [name, operand] = onlyMember(item);
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator === undefined) throw invalidPattern();
  return operator(operand);
}

export function isLeaf(value: unknown): value is Leaf {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

/** Throws InvalidParameterValueException unless it is an object of one member. */
export function onlyMember(item: unknown): [name: string, operand: unknown] {
  if (typeof item !== "object" || item === null || Array.isArray(item)) throw invalidPattern();
  const [member, ...others] = Object.entries(item);
  if (member === undefined || others.length > 0) throw invalidPattern();
  return member;
}

/** `"text"`, or `{"equals-ignore-case": "text"}`. */
function affixTest(operand: unknown, holds: (text: string, part: string) => boolean): ValueTest {
  if (typeof operand === "string") return (value) => typeof value === "string" && holds(value, operand);
  const [name, part] = onlyMember(operand);
  if (name !== "equals-ignore-case") throw invalidPattern();
  return ignoringCase(part, holds);
}

function ignoringCase(operand: unknown, holds: (text: string, part: string) => boolean): ValueTest {
  const part = folded(textOf(operand));
  return (value) => typeof value === "string" && holds(folded(value), part);
}

/** Upper case first: a sharp s and its like have no other common form. */
function folded(text: string): string {
  return text.toUpperCase().toLowerCase();
}

function wildcardTest(operand: unknown): ValueTest {
  const matches = compileWildcard(textOf(operand));
  if (matches === undefined) throw invalidPattern();
  return (value) => typeof value === "string" && matches(value);
}

function cidrTest(operand: unknown): ValueTest {
  const [, address = "", digits = ""] = /^([^/]+)\/(\d{1,3})$/.exec(textOf(operand)) ?? [];
  const version = isIP(address);
  const bits = Number(digits);
  if (version === 0 || bits > (version === 4 ? 32 : 128)) throw invalidPattern();
  const family = version === 4 ? "ipv4" : "ipv6";
  const block = new BlockList();
  block.addSubnet(address, bits, family);
  return (value) => typeof value === "string" && isIP(value) === version && block.check(value, family);
}

/** Anything that is there and is none of these: a value, a list of strings or of numbers, or what an operator says. */
function anythingButTest(operand: unknown): ValueTest {
  if (isText(operand) || isNumber(operand)) return (value) => value !== operand;
  if (Array.isArray(operand)) {
    if (operand.length === 0 || !(operand.every(isText) || operand.every(isNumber))) throw invalidPattern();
    const refused = new Set<unknown>(operand);
    return (value) => !refused.has(value);
  }
  const [name, inner] = onlyMember(operand);
  if (!NEGATABLE.has(name)) throw invalidPattern();
  if (Array.isArray(inner) && inner.length === 0) throw invalidPattern();
  const tests = (Array.isArray(inner) ? inner : [inner]).map((each: unknown) => valueTest({ [name]: each }));
  return (value) => !tests.some((holds) => holds(value));
}

function textOf(value: unknown): string {
  if (!isText(value)) throw invalidPattern();
  return value;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
