/**
 * Filter patterns over messages whose fields are divided by spaces: `[ip, user, ..., status = 4*, bytes > 1000]`. Text in
 * quotes or square brackets is one field. Source: "Filter pattern syntax" page.
 */
import { compileComparison, type ValueTest } from "./comparison.ts";
import { PatternReader } from "./pattern-reader.ts";

export interface SpacePattern {
  matches(message: string): boolean;
  /** Fields by `$name`, those without a name by `$` and their number. Source: TestMetricFilter. */
  extract(message: string): Record<string, string>;
  readonly literals: undefined;
}

interface Column {
  readonly name: string;
  readonly test: ValueTest | undefined;
}

const NAME = /[\p{L}_$*][\p{L}\p{N}_\-.$]*/uy;
const FIELD = /"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)/gs;

/** Throws PatternError, and what comparisons throw. */
export function compileSpacePattern(pattern: string): SpacePattern {
  const { head, tail } = parse(new PatternReader(pattern));
  const fieldsOf = (message: string) => {
    const fields = Array.from(message.matchAll(FIELD), ([, quoted, bracketed, bare]) => {
      return quoted ?? bracketed ?? bare ?? "";
    });
    const fits =
      tail === undefined ? fields.length === head.length : fields.length >= head.length + tail.length;
    return fits ? fields : undefined;
  };
  /** Each column with its field; those behind the dots count from the end. */
  const aligned = (fields: readonly string[]) => {
    const rest = tail ?? [];
    const start = fields.length - rest.length;
    return [
      ...head.map((column, index) => ({ column, index, field: fields[index] ?? "" })),
      ...rest.map((column, index) => ({ column, index: start + index, field: fields[start + index] ?? "" })),
    ];
  };
  return {
    literals: undefined,
    matches(message) {
      const fields = fieldsOf(message);
      return (
        fields !== undefined && aligned(fields).every(({ column, field }) => column.test?.(field) ?? true)
      );
    },
    extract(message) {
      const fields = fieldsOf(message);
      if (fields === undefined) return {};
      const names = new Map(aligned(fields).map(({ column, index }) => [index, column.name]));
      return Object.fromEntries(
        fields.map((field, index) => [`$${names.get(index) || String(index + 1)}`, field]),
      );
    },
  };
}

/** `tail` is undefined where no dots allow for further fields. */
function parse(reader: PatternReader): { head: Column[]; tail: Column[] | undefined } {
  const head: Column[] = [];
  let tail: Column[] | undefined;
  reader.expect("[");
  do {
    if (reader.take("...")) {
      if (tail !== undefined) reader.fail();
      tail = [];
    } else {
      (tail ?? head).push(column(reader));
    }
  } while (reader.take(","));
  reader.expect("]");
  reader.expectEnd();
  return { head, tail };
}

/** `name`, nothing at all, or conditions on one name: `status = 4* && status != 404`. */
function column(reader: PatternReader): Column {
  const name = reader.match(NAME)?.[0] ?? "";
  if (name === "") return { name, test: undefined };
  const first = comparison(reader);
  if (first === undefined) return { name: name.replace(/^[$*]/, ""), test: undefined };
  return { name: name.replace(/^[$*]/, ""), test: either(reader, first) };
}

function either(reader: PatternReader, first: ValueTest): ValueTest {
  let test = both(reader, first);
  while (reader.take("||")) {
    const left = test;
    const right = both(reader, again(reader));
    test = (value) => left(value) || right(value);
  }
  return test;
}

function both(reader: PatternReader, first: ValueTest): ValueTest {
  let test = first;
  while (reader.take("&&")) {
    const left = test;
    const right = again(reader);
    test = (value) => left(value) && right(value);
  }
  return test;
}

/** A further condition on the same field, which is named again. */
function again(reader: PatternReader): ValueTest {
  reader.match(NAME);
  return comparison(reader) ?? reader.fail();
}

function comparison(reader: PatternReader): ValueTest | undefined {
  const comparator = reader.comparator();
  return comparator && compileComparison(comparator, reader.operand());
}
