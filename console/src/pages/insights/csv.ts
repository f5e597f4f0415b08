/** A query's answer as a file for spreadsheets. Pure. */
import type { Answer } from "./query.ts";

/** Every cell in quotes. */
export function csvOf({ fields, rows }: Pick<Answer, "fields" | "rows">): string {
  const line = (cells: readonly string[]): string =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\r\n`;
  return [fields, ...rows.map((row) => fields.map((field) => row[field] ?? ""))].map(line).join("");
}
