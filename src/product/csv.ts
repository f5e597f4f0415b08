/** Tables as text for spreadsheets. Source: RFC 4180. */

/** A text that begins like this would be taken for a formula by a spreadsheet. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Each line ends with CRLF, the last one, too. Numbers are written without exponents. */
export function csv(rows: Iterable<readonly (string | number)[]>): string {
  let text = "";
  for (const row of rows) text += `${row.map(field).join(",")}\r\n`;
  return text;
}

function field(value: string | number): string {
  if (typeof value === "number") return decimal(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function decimal(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(10).replace(/\.?0+$/, "");
}
