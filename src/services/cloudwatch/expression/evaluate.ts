/** Works an expression out: what its names stand for is asked of the request it is part of. */
import { validationFailed } from "../errors.ts";
import { FUNCTIONS, type Grid } from "./functions.ts";
import type { Node, Operator } from "./parse.ts";
import { finite, isMany, isSeries, mapPoints, type TimeSeries, type Value } from "./time-series.ts";

export interface Surroundings {
  /** Throws ValidationError where there is no query of that id. */
  valueOf(id: string): Promise<Value>;
  /** Every metric of the request whose id has the text in it. */
  metrics(part: string): Promise<readonly TimeSeries[]>;
  search(text: string, statistic: string, periodSeconds: number | undefined): Promise<readonly TimeSeries[]>;
  readonly grid: Grid;
}

const OPERATIONS: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "^": (left, right) => left ** right,
  "==": (left, right) => Number(left === right),
  "!=": (left, right) => Number(left !== right),
  "<": (left, right) => Number(left < right),
  ">": (left, right) => Number(left > right),
  "<=": (left, right) => Number(left <= right),
  ">=": (left, right) => Number(left >= right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  "&&": (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
  "||": (left, right) => Number(left !== 0 || right !== 0),
};

/** Names that FILL takes beside ids. */
const WORDS = new Set(["REPEAT", "LINEAR"]);

/** Throws ValidationError. */
export async function evaluate(node: Node, around: Surroundings): Promise<Value> {
  switch (node.kind) {
    case "number":
    case "text":
      return node.value;
    case "name":
      return WORDS.has(node.name) ? node.name : around.valueOf(node.name);
    case "list":
      return (await Promise.all(node.items.map((item) => evaluate(item, around)))).flatMap(seriesOf);
    case "negation":
      return combine(0, await evaluate(node.of, around), OPERATIONS["-"]);
    case "operation": {
      const left = await evaluate(node.left, around);
      return combine(left, await evaluate(node.right, around), OPERATIONS[node.operator]);
    }
    case "call":
      return call(node.name, node.args, around);
    default:
      return node satisfies never;
  }
}

async function call(name: string, args: readonly Node[], around: Surroundings): Promise<Value> {
  const values: Value[] = [];
  for (const arg of args) values.push(await evaluate(arg, around));
  const [first, second, third] = values;
  if (name === "METRICS") return around.metrics(typeof first === "string" ? first : "");
  if (name === "SEARCH") {
    if (typeof first !== "string" || typeof second !== "string") {
      throw validationFailed("SEARCH takes what to search for, a statistic and a period.");
    }
    return around.search(first, second, typeof third === "number" ? third : undefined);
  }
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (known === undefined) throw validationFailed(`The function ${name} is not supported.`);
  return known(values, around.grid);
}

export function seriesOf(value: Value): readonly TimeSeries[] {
  if (isMany(value)) return value;
  if (isSeries(value)) return [value];
  throw validationFailed("A time series is needed where the expression has none.");
}

/** Of two series only the times that both have; several are combined one by one. */
function combine(left: Value, right: Value, operation: (left: number, right: number) => number): Value {
  if (typeof left === "string" || typeof right === "string") throw validationFailed("A text is no operand.");
  if (isMany(left) && isMany(right))
    throw validationFailed("Several time series cannot be combined with several.");
  if (isMany(left)) return left.map((each) => combine(each, right, operation) as TimeSeries);
  if (isMany(right)) return right.map((each) => combine(left, each, operation) as TimeSeries);
  if (isSeries(left) && isSeries(right)) {
    const points = [...left.points].map(([time, value]): [number, number | undefined] => {
      const other = right.points.get(time);
      return [time, other === undefined ? undefined : operation(value, other)];
    });
    return { label: left.label, points: finite(points) };
  }
  if (isSeries(left)) return mapPoints(left, (value) => operation(value, right as number));
  if (isSeries(right)) return mapPoints(right, (value) => operation(left as number, value));
  return operation(left, right);
}
