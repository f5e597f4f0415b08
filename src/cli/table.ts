/** Columns for a terminal: as wide as their widest cell, no frame, numbers to the right. */
import { stripVTControlCharacters } from "node:util";
import { paint } from "./output.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  readonly isRight?: boolean;
}

const GAP = "  ";

/** Lines without line ends; no rows give the head alone. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const cells = rows.map((row) => columns.map((column) => column.cell(row)));
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((line) => widthOf(line[at] ?? ""))),
  );
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => {
        const space = " ".repeat((widths[at] ?? 0) - widthOf(text));
        return columns[at]?.isRight ? space + text : text + space;
      })
      .join(GAP)
      .trimEnd();
  return [paint("bold", line(columns.map(({ title }) => title))), ...cells.map(line)];
}

/** As many characters as it shows: what is kept in tables here is narrow. */
function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
