/** Checks a decoded input against the service's declared constraints and answers in AWS's ValidationException form. */
import { validationError } from "../../errors/mod.ts";

interface Shape {
  readonly type: string;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, string>>;
  readonly member?: string;
  readonly key?: string;
  readonly value?: string;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
}

/** The data in `gateway/constraints/<service>.json`. */
export interface ConstraintModel {
  readonly operations: Readonly<Record<string, { readonly input?: string }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** Appends the failures of `value` at `path`. */
type Check = (value: unknown, path: string, failures: string[]) => void;

/** Failures reported at once; a hostile list of a million bad items must not become a gigabyte of text. */
const FAILURES_MAX = 20;

export class Constraints {
  readonly #model: ConstraintModel;
  readonly #left: ReadonlySet<string>;
  readonly #checks = new Map<string, Check>();

  /** `leftToOperation` names members as `Operation.member` that the operation judges in its own words. */
  constructor(model: ConstraintModel, leftToOperation: readonly string[]) {
    this.#model = model;
    this.#left = new Set(leftToOperation);
  }

  /** Throws ValidationException with every failure (in the order of the members) joined. Source: answers recorded on AWS */
  check(operation: string, input: unknown): void {
    const shapeName = this.#model.operations[operation]?.input;
    if (shapeName === undefined) return;
    let check = this.#checks.get(operation);
    if (check === undefined) {
      check = this.#compile(shapeName, `${operation}.`, new Map());
      this.#checks.set(operation, check);
    }
    const failures: string[] = [];
    check(input, "", failures);
    if (failures.length > 0) throw validationError(failures.slice(0, FAILURES_MAX));
  }

  /** Shapes may contain themselves, so a shape under compilation is reached through `open`. */
  #compile(shapeName: string, memberPrefix: string | undefined, open: Map<string, { check: Check }>): Check {
    const cell = open.get(shapeName);
    if (cell !== undefined) return (value, path, failures) => cell.check(value, path, failures);
    const shape = this.#model.shapes[shapeName];
    if (shape === undefined) return nothing;
    const slot = { check: nothing as Check };
    open.set(shapeName, slot);
    slot.check = this.#compileShape(shape, memberPrefix, open);
    open.delete(shapeName);
    return slot.check;
  }

  #compileShape(shape: Shape, memberPrefix: string | undefined, open: Map<string, { check: Check }>): Check {
    switch (shape.type) {
      case "structure":
        return this.#structure(shape, memberPrefix, open);
      case "list":
        return this.#list(shape, open);
      case "map":
        return this.#map(shape, open);
      default:
        return scalar(shape);
    }
  }

  #structure(shape: Shape, memberPrefix: string | undefined, open: Map<string, { check: Check }>): Check {
    const required = new Set(shape.required ?? []);
    const members = Object.entries(shape.members ?? {})
      .filter(([name]) => memberPrefix === undefined || !this.#left.has(memberPrefix + name))
      .map(([name, target]) => ({
        name,
        wire: camelCase(name),
        isRequired: required.has(name),
        check: this.#compile(target, undefined, open),
      }));
    return (value, path, failures) => {
      const record = value as Readonly<Record<string, unknown>>;
      for (const member of members) {
        const inner = record[member.name];
        if (inner === undefined || inner === null) {
          if (member.isRequired)
            failures.push(failure(null, join(path, member.wire), "Member must not be null"));
        } else if (member.check !== nothing) {
          member.check(inner, join(path, member.wire), failures);
        }
      }
    };
  }

  #list(shape: Shape, open: Map<string, { check: Check }>): Check {
    const itemShape = shape.member === undefined ? undefined : this.#model.shapes[shape.member];
    const itemCheck = shape.member === undefined ? nothing : this.#compile(shape.member, undefined, open);
    const isScalarItem = itemShape !== undefined && !isContainer(itemShape);
    const size = lengthCheck(shape);
    if (itemCheck === nothing && size === undefined) return nothing;
    return (value, path, failures) => {
      const list = value as readonly unknown[];
      const wrong = size?.(list.length);
      if (wrong !== undefined) failures.push(failure(list, path, wrong));
      if (itemCheck === nothing) return;
      if (isScalarItem) {
        const tails = distinctTails(list, itemShape);
        if (tails.length > 0) {
          failures.push(failure(list, path, `Member must satisfy constraint: [${tails.join(", ")}]`));
        }
        return;
      }
      for (const [index, item] of list.entries()) {
        if (failures.length > FAILURES_MAX) return;
        itemCheck(item, `${path}.${index + 1}.member`, failures);
      }
    };
  }

  #map(shape: Shape, open: Map<string, { check: Check }>): Check {
    const keyShape = shape.key === undefined ? undefined : this.#model.shapes[shape.key];
    const valueShape = shape.value === undefined ? undefined : this.#model.shapes[shape.value];
    const isScalarValue = valueShape !== undefined && !isContainer(valueShape);
    const valueCheck = shape.value === undefined ? nothing : this.#compile(shape.value, undefined, open);
    const size = lengthCheck(shape);
    return (value, path, failures) => {
      const map = value as Readonly<Record<string, unknown>>;
      const keys = Object.keys(map);
      const wrong = size?.(keys.length);
      if (wrong !== undefined) failures.push(failure(map, path, wrong));
      const keyTails = keyShape === undefined ? [] : distinctTails(keys, keyShape);
      if (keyTails.length > 0) {
        failures.push(failure(map, path, `Map keys must satisfy constraint: [${keyTails.join(", ")}]`));
      }
      if (isScalarValue) {
        const tails = distinctTails(Object.values(map), valueShape);
        if (tails.length > 0) {
          failures.push(failure(map, path, `Map value must satisfy constraint: [${tails.join(", ")}]`));
        }
        return;
      }
      for (const [key, item] of Object.entries(map)) {
        if (failures.length > FAILURES_MAX) return;
        valueCheck(item, `${path}.${key}.member`, failures);
      }
    };
  }
}

const nothing: Check = () => {};

function isContainer(shape: Shape): boolean {
  return shape.type === "structure" || shape.type === "list" || shape.type === "map";
}

function scalar(shape: Shape): Check {
  const tails = scalarTails(shape);
  if (tails.length === 0) return nothing;
  return (value, path, failures) => {
    for (const tail of tails) {
      const wrong = tail(value);
      if (wrong !== undefined) failures.push(failure(value, path, wrong));
    }
  };
}

/** What all items of a list or map break, each constraint once: AWS names them together. */
function distinctTails(values: readonly unknown[], shape: Shape): string[] {
  const tails = scalarTails(shape);
  const broken = new Set<string>();
  for (const value of values) {
    if (value === null || value === undefined) continue;
    for (const tail of tails) {
      const wrong = tail(value);
      if (wrong !== undefined) broken.add(wrong);
    }
  }
  if (broken.size === 0) return [];
  // AWS lists every constraint of the item, not only the broken ones.
  return tails.map((tail) => tail.text);
}

interface Tail {
  (value: unknown): string | undefined;
  readonly text: string;
}

function tailOf(text: string, isBroken: (value: unknown) => boolean): Tail {
  return Object.assign((value: unknown) => (isBroken(value) ? text : undefined), { text });
}

function scalarTails(shape: Shape): Tail[] {
  const tails: Tail[] = [];
  const measuresLength = shape.type === "string" || shape.type === "blob";
  const size = (value: unknown): number =>
    measuresLength ? (value as string | Uint8Array).length : Number(value);
  const { min, max, pattern } = shape;
  const noun = measuresLength ? "length" : "value";
  if (pattern !== undefined) {
    const matches = compilePattern(pattern);
    if (matches !== undefined) {
      const text = `Member must satisfy regular expression pattern: ${pattern}`;
      tails.push(tailOf(text, (value) => typeof value === "string" && !matches(value)));
    }
  }
  if (shape.enum !== undefined) {
    const values = new Set<unknown>(shape.enum);
    const text = `Member must satisfy enum value set: [${shape.enum.join(", ")}]`;
    tails.push(tailOf(text, (value) => !values.has(value)));
  }
  if (max !== undefined) {
    const text = `Member must have ${noun} less than or equal to ${max}`;
    tails.push(tailOf(text, (value) => size(value) > max));
  }
  // A blob's minimum of zero and the like say nothing.
  if (min !== undefined && !(measuresLength && min <= 0)) {
    const text = `Member must have ${noun} greater than or equal to ${min}`;
    tails.push(tailOf(text, (value) => size(value) < min));
  }
  return tails;
}

/** Patterns are Java's and anchored at both ends. One that JavaScript cannot read is not checked at all. */
function compilePattern(pattern: string): ((value: string) => boolean) | undefined {
  const flags = pattern.includes("\\p{") ? "us" : "s";
  try {
    const expression = new RegExp(`^(?:${pattern})$`, flags);
    return (value) => expression.test(value);
  } catch {
    return undefined;
  }
}

function lengthCheck(shape: Shape): ((size: number) => string | undefined) | undefined {
  const { min, max } = shape;
  if (min === undefined && max === undefined) return undefined;
  return (size) => {
    if (max !== undefined && size > max) return `Member must have length less than or equal to ${max}`;
    if (min !== undefined && size < min) return `Member must have length greater than or equal to ${min}`;
    return undefined;
  };
}

function failure(value: unknown, path: string, constraint: string): string {
  const shown = value === null ? "null" : `'${render(value)}'`;
  return `Value ${shown} at '${path}' failed to satisfy constraint: ${constraint}`;
}

const RENDERED_CHARACTERS_MAX = 1024;

/** Java's toString: `[a, b]` for lists, `{k=v}` for maps. */
function render(value: unknown): string {
  let text: string;
  if (Array.isArray(value)) text = `[${value.slice(0, 100).map(render).join(", ")}]`;
  else if (value instanceof Uint8Array) text = "java.nio.HeapByteBuffer";
  else if (typeof value === "object" && value !== null) {
    text = `{${Object.entries(value)
      .slice(0, 100)
      .map(([key, item]) => `${key}=${render(item)}`)
      .join(", ")}}`;
  } else text = String(value);
  return text.slice(0, RENDERED_CHARACTERS_MAX);
}

function join(path: string, member: string): string {
  return path === "" ? member : `${path}.${member}`;
}

/** `KMSKeyArn` → `kMSKeyArn`, as AWS's front end writes it. */
function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
