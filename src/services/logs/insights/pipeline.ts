/** The commands of a query as stages that rows flow through, each handing on to the next what it lets through. */
import { LOGS_LIMITS } from "../../../config/mod.ts";
import { AGGREGATES, type Gathering } from "./aggregates.ts";
import { compile, type Evaluate } from "./evaluate.ts";
import type { Expression } from "./expression.ts";
import type { Column, Command } from "./query.ts";
import { Row } from "./row.ts";
import { compare, isTrue, textOf, type Value } from "./values.ts";

export interface Stage {
  /** False: nothing that comes later can change the result. */
  push(row: Row): boolean;
  end(): void;
}

/** What a query may hold in memory, in units of about a hundred bytes. */
export class Budget {
  #left: number = LOGS_LIMITS.insightsMemoryUnitsMax;

  /** Throws when the query holds more than it may. */
  take(units: number): void {
    this.#left -= units;
    if (this.#left < 0)
      throw new Error("The query holds more groups or events than memory is set aside for.");
  }

  give(units: number): void {
    this.#left += units;
  }
}

/** Fields of a result row by name, in the order of the columns. Those that are not there are left out. */
export type ResultRow = readonly (readonly [name: string, value: string])[];

export class Pipeline {
  readonly results: ResultRow[] = [];
  /** Rows that came through the filters. */
  matched = 0;
  readonly #first: Stage;

  constructor(commands: readonly Command[], rowsMax: number) {
    const budget = new Budget();
    let next: Stage = this.#output(columnsOf(commands), rowsMax);
    const countAt = commands.findIndex(({ kind }) => !STATELESS.has(kind));
    if (countAt < 0) next = this.#counter(next);
    for (const [index, command] of [...commands.entries()].reverse()) {
      next = stage(command, next, budget, () => needed(commands.slice(index + 1), rowsMax));
      if (index === countAt) next = this.#counter(next);
    }
    this.#first = next;
  }

  push(row: Row): boolean {
    return this.#first.push(row);
  }

  end(): void {
    this.#first.end();
  }

  #counter(next: Stage): Stage {
    return {
      push: (row) => {
        this.matched++;
        return next.push(row);
      },
      end: () => next.end(),
    };
  }

  #output(columns: readonly string[], rowsMax: number): Stage {
    return {
      push: (row) => {
        const fields = columns.map((name) => [name, row.get(name)] as const);
        this.results.push(
          fields.filter(([, value]) => value !== undefined).map(([name, value]) => [name, textOf(value)]),
        );
        return this.results.length < rowsMax;
      },
      end() {},
    };
  }
}

const STATELESS: ReadonlySet<Command["kind"]> = new Set(["fields", "display", "filter", "parse"]);

/** The last `display` says; else what `stats` made; else all that was named, and a pointer to the event (documented). */
function columnsOf(commands: readonly Command[]): string[] {
  let columns: string[] = [];
  let hasStats = false;
  let isDisplayed = false;
  for (const command of commands) {
    if (command.kind === "stats") {
      columns = [...command.by, ...command.columns].map(({ name }) => name);
      hasStats = true;
    } else if (command.kind === "display") {
      columns = command.columns.map(({ name }) => name);
      isDisplayed = true;
    } else if (command.kind === "fields" && !isDisplayed) {
      columns.push(...command.columns.map(({ name }) => name));
    }
  }
  if (hasStats) return [...new Set(columns)];
  return [...new Set([...(columns.length > 0 ? columns : ["@timestamp", "@message"]), "@ptr"])];
}

/** How many of the rows that one stage gives can be seen in the end. */
function needed(after: readonly Command[], rowsMax: number): number {
  for (const command of after) {
    if (command.kind === "limit") return command.count;
    if (command.kind === "filter" || !STATELESS.has(command.kind)) return Number.POSITIVE_INFINITY;
  }
  return rowsMax;
}

function stage(command: Command, next: Stage, budget: Budget, rowsNeeded: () => number): Stage {
  switch (command.kind) {
    case "fields":
    case "display":
      return computing(command.columns, next);
    case "filter":
      return filtering(plain(command.condition), next);
    case "parse":
      return parsing(command, next);
    case "limit":
      return limiting(command.count, next);
    case "dedup":
      return deduplicating(command.names, next, budget);
    case "sort":
      return sorting(command.keys, rowsNeeded(), next, budget);
    case "stats":
      return gathering(command.columns, command.by, next, budget);
    default:
      return command satisfies never;
  }
}

function plain(expression: Expression): Evaluate {
  return compile(expression, () => () => undefined);
}

/** A column that only names a field computes nothing, unless under another name. */
function computing(columns: readonly Column[], next: Stage): Stage {
  const computed = columns
    .filter(({ name, expression }) => expression.kind !== "field" || expression.name !== name)
    .map(({ name, expression }) => ({ name, evaluate: plain(expression) }));
  return {
    push(row) {
      for (const { name, evaluate } of computed) {
        // After `stats` a column may be shown by the text that made it.
        const value = evaluate(row);
        if (value !== undefined || row.source !== undefined) row.set(name, value);
      }
      return next.push(row);
    },
    end: () => next.end(),
  };
}

function filtering(condition: Evaluate, next: Stage): Stage {
  return {
    push: (row) => (isTrue(condition(row)) ? next.push(row) : true),
    end: () => next.end(),
  };
}

function parsing({ of, pattern, names }: Extract<Command, { kind: "parse" }>, next: Stage): Stage {
  const text = plain(of);
  return {
    push(row) {
      const value = text(row);
      const match = value === undefined ? null : pattern.exec(textOf(value));
      if (match !== null) {
        for (const [index, name] of names.entries()) {
          row.set(name, match.groups?.[name] ?? match[index + 1]?.trim());
        }
      }
      return next.push(row);
    },
    end: () => next.end(),
  };
}

function limiting(count: number, next: Stage): Stage {
  let left = count;
  return {
    push(row) {
      if (left <= 0) return false;
      left--;
      return next.push(row) && left > 0;
    },
    end: () => next.end(),
  };
}

/** The first of those that are alike in all names stays; rows without any of them go on (documented). */
function deduplicating(names: readonly string[], next: Stage, budget: Budget): Stage {
  const seen = new Set<string>();
  return {
    push(row) {
      const values = names.map((name) => row.get(name));
      if (values.some((value) => value === undefined)) return next.push(row);
      const key = keyOf(values);
      if (seen.has(key)) return true;
      budget.take(1 + key.length / 50);
      seen.add(key);
      return next.push(row);
    },
    end: () => next.end(),
  };
}

type SortKeys = Extract<Command, { kind: "sort" }>["keys"];

/** Rows that cannot be among the needed ones are let go as others come. */
function sorting(keys: SortKeys, rowsNeeded: number, next: Stage, budget: Budget): Stage {
  const evaluated = keys.map(({ of, written, descending }) => {
    const evaluate = plain(of);
    return {
      descending,
      value: (row: Row) => (row.source === undefined ? (row.get(written) ?? evaluate(row)) : evaluate(row)),
    };
  });
  let rows: { row: Row; values: Value[]; units: number }[] = [];
  const sort = () => {
    rows.sort((a, b) => {
      for (const [index, { descending }] of evaluated.entries()) {
        const order = compare(a.values[index], b.values[index]);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
    for (const { units } of rows.slice(rowsNeeded)) budget.give(units);
    rows = rows.slice(0, rowsNeeded);
  };
  return {
    push(row) {
      const units = 4 + (row.source?.message.length ?? 0) / 50;
      budget.take(units);
      rows.push({ row, units, values: evaluated.map(({ value }) => value(row)) });
      if (rows.length > 2 * rowsNeeded + 1000) sort();
      return true;
    },
    end() {
      sort();
      for (const { row } of rows) if (!next.push(row)) break;
      next.end();
    },
  };
}

interface Group {
  readonly by: readonly Value[];
  readonly gatherings: readonly Gathering[];
}

/** One for all rows: they are many. */
const NOTHING: readonly Value[] = [];

interface AggregateCall {
  readonly name: string;
  readonly args: readonly Evaluate[];
}

/** Groups come in the order in which their first events were met. */
function gathering(columns: readonly Column[], by: readonly Column[], next: Stage, budget: Budget): Stage {
  const calls: AggregateCall[] = [];
  let present: Group | undefined;
  const outputs = columns.map(({ name, expression }) => {
    const evaluate = compile(expression, (call) => {
      if (call.kind !== "aggregate") return () => undefined;
      const index = calls.push({ name: call.name, args: call.args.map(plain) }) - 1;
      return () => present?.gatherings[index]?.result();
    });
    return { name, evaluate };
  });
  const keys = by.map(({ expression }) => plain(expression));
  const begin = (values: readonly Value[]): Group => ({
    by: values,
    gatherings: calls.flatMap(({ name }) => AGGREGATES.get(name)?.begin() ?? []),
  });
  const groups = new Map<string, Group>();
  // Without `by` there is one group, even of nothing.
  if (by.length === 0) groups.set("", begin([]));
  return {
    push(row) {
      const values = keys.length === 0 ? NOTHING : keys.map((key) => key(row));
      const key = keyOf(values);
      let group = groups.get(key);
      if (group === undefined) {
        budget.take(2 + calls.length * 2 + key.length / 50);
        group = begin(values);
        groups.set(key, group);
      }
      const time = row.source?.timestampMs ?? 0;
      let held = 0;
      for (let index = 0; index < calls.length; index++) {
        const { args } = calls[index] as AggregateCall;
        const given = args.length === 0 ? NOTHING : args.map((each) => each(row));
        held += group.gatherings[index]?.add(given, time) ?? 0;
      }
      if (held > 0) budget.take(held);
      return true;
    },
    end() {
      for (const group of groups.values()) {
        present = group;
        const made = new Map<string, Value>();
        for (const [index, { name }] of by.entries()) made.set(name, group.by[index]);
        const aggregated = new Row(undefined, made);
        const results = outputs.map(({ name, evaluate }) => [name, evaluate(aggregated)] as const);
        for (const [name, value] of results) made.set(name, value);
        if (!next.push(aggregated)) break;
      }
      next.end();
    },
  };
}

function keyOf(values: readonly Value[]): string {
  let key = "";
  for (const value of values) {
    if (value === undefined) key += "-|";
    else if (value instanceof Date) key += `${value.getTime()}|`;
    else key += `${String(value).length}:${value}|`;
  }
  return key;
}
