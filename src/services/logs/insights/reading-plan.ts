/** How a query's events are read so that as few as possible have to be looked at: in which order, and which may be skipped. */
import { isPlain } from "../filter/comparison.ts";
import type { Expression } from "./expression.ts";
import type { Command } from "./query.ts";

export interface ReadingPlan {
  /** Without a reason to the contrary the newest come first (documented). */
  readonly descending: boolean;
  /** A message that matters contains one of these; undefined where nothing is sure. */
  readonly anyOf: readonly string[] | undefined;
  /** What is left to do: a sort by time is done by reading in that order. */
  readonly commands: readonly Command[];
}

export function planReading(commands: readonly Command[]): ReadingPlan {
  const anyOf = literalsOf(commands);
  const made = new Set<string>();
  for (const [index, command] of commands.entries()) {
    if (command.kind === "sort") {
      const [key, ...others] = command.keys;
      const isByTime = key?.of.kind === "field" && key.of.name === "@timestamp" && !made.has("@timestamp");
      if (key === undefined || !isByTime || others.length > 0) break;
      return { descending: key.descending, anyOf, commands: commands.toSpliced(index, 1) };
    }
    if (command.kind === "stats" || command.kind === "limit" || command.kind === "dedup") break;
    for (const name of namesMadeBy(command)) made.add(name);
  }
  return { descending: true, anyOf, commands };
}

function namesMadeBy(command: Command): readonly string[] {
  if (command.kind === "parse") return command.names;
  if (command.kind !== "fields" && command.kind !== "display") return [];
  return command.columns.flatMap(({ name, expression }) =>
    expression.kind === "field" && expression.name === name ? [] : [name],
  );
}

/** Of the filters before anything that depends on how many events there are. */
function literalsOf(commands: readonly Command[]): readonly string[] | undefined {
  const made = new Set<string>();
  let best: readonly string[] | undefined;
  for (const command of commands) {
    if (command.kind === "filter") best = moreTelling(best, literalsIn(command.condition, made));
    else if (command.kind === "fields" || command.kind === "display" || command.kind === "parse") {
      for (const name of namesMadeBy(command)) made.add(name);
    } else if (command.kind !== "sort") break;
  }
  return best;
}

function literalsIn(condition: Expression, made: ReadonlySet<string>): readonly string[] | undefined {
  if (condition.kind === "binary" && condition.operator === "and") {
    return moreTelling(literalsIn(condition.left, made), literalsIn(condition.right, made));
  }
  if (condition.kind === "binary" && condition.operator === "or") {
    const left = literalsIn(condition.left, made);
    const right = literalsIn(condition.right, made);
    return left && right && [...left, ...right];
  }
  if (condition.kind === "like") return textIn(condition.of, likeText(condition), made);
  if (condition.kind !== "binary" || condition.operator !== "=") return undefined;
  const { left, right } = condition;
  // A number can be written in many ways, and 1 and 0 are booleans as well.
  if (right.kind !== "literal" || typeof right.value !== "string" || !Number.isNaN(Number(right.value))) {
    return undefined;
  }
  return textIn(left, right.value, made);
}

function likeText({ text, pattern }: Extract<Expression, { kind: "like" }>): string | undefined {
  if (text !== undefined) return text;
  if (pattern === undefined || pattern.ignoreCase) return undefined;
  return /^[\w :@=,;#-]+$/.test(pattern.source) ? pattern.source : undefined;
}

function textIn(of: Expression, text: string | undefined, made: ReadonlySet<string>): string[] | undefined {
  if (of.kind !== "field" || made.has(of.name) || !text) return undefined;
  if (of.name === "@message") return [text];
  if (of.name.startsWith("@") || !isPlain(text)) return undefined;
  // A value that is itself an object is shown as JSON, spaced otherwise than it was written.
  if (/[\s,:{}[\]]/.test(text)) return undefined;
  return [text, "\\u"];
}

function moreTelling(
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): readonly string[] | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const shortest = (texts: readonly string[]) =>
    Math.min(...texts.filter((text) => text !== "\\u").map(({ length }) => length));
  return shortest(right) > shortest(left) ? right : left;
}
