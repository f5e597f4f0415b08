/** What fields hold in Insights queries, and how one kind counts as another. */

/** Times are Date, so that they are shown as such; booleans are 1 and 0; undefined is a field that is not there. */
export type Value = string | number | Date | undefined;

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;

export function numberOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  if (value instanceof Date) return value.getTime();
  return value !== undefined && NUMBER.test(value) ? Number(value) : undefined;
}

export function textOf(value: Value): string {
  if (value instanceof Date) return value.toISOString().replace("T", " ").replace("Z", "");
  return value === undefined ? "" : String(value);
}

export function isTrue(value: Value): boolean {
  return value !== undefined && value !== 0 && value !== "" && value !== "false";
}

/** As numbers where both are, else as texts. */
export function compare(left: Value, right: Value): number {
  if (left === undefined || right === undefined) {
    return Number(right === undefined) - Number(left === undefined);
  }
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a !== undefined && b !== undefined) return a - b;
  const [x, y] = [textOf(left), textOf(right)];
  return x < y ? -1 : Number(x > y);
}

/** What JSON holds, as a field's value. */
export function valueOfJson(value: unknown): Value {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return JSON.stringify(value);
}
