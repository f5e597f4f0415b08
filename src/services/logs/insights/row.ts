/** An event as a query sees it: built-in fields, what was made of it by commands, and fields discovered in its message. */
import { type Value, valueOfJson } from "./values.ts";

/** The event behind a row; what is expensive to know is asked for. */
export interface RowSource {
  readonly timestampMs: number;
  readonly ingestedAtMs: number;
  readonly message: string;
  stream(): string;
  /** `account:group`. */
  readonly log: string;
  pointer(): string;
}

const LAMBDA_LINE =
  /^(START|END|REPORT|INIT_START|INIT_REPORT|RESTORE_START|RESTORE_REPORT|XRAY|EXTENSION)\b/;
const REQUEST_ID =
  /RequestId: ([0-9a-f-]{36})|^[^\t\n]{0,40}\t([0-9a-f-]{36})\t|^\[[A-Z]+\]\t[^\t\n]{0,40}\t([0-9a-f-]{36})\t/;
/** Sizes are in bytes: a megabyte of Lambda's is a million there (as AWS's sample queries divide it). */
const MEGABYTE = 1_000_000;

/** Fields of Lambda's own lines. Source: "Supported logs and discovered fields" page. */
const LAMBDA_FIELDS: Readonly<Record<string, (message: string) => Value>> = {
  "@type": (message) => LAMBDA_LINE.exec(message)?.[1],
  "@requestId": (message) => {
    const [, marked, node, python] = REQUEST_ID.exec(message) ?? [];
    return marked ?? node ?? python;
  },
  "@duration": (message) => reported(message, /\tDuration: ([\d.]+) ms/),
  "@billedDuration": (message) => reported(message, /\tBilled Duration: ([\d.]+) ms/),
  "@initDuration": (message) => reported(message, /\tInit Duration: ([\d.]+) ms/),
  "@memorySize": (message) => scaled(reported(message, /\tMemory Size: ([\d.]+) MB/)),
  "@maxMemoryUsed": (message) => scaled(reported(message, /\tMax Memory Used: ([\d.]+) MB/)),
  "@xrayTraceId": (message) => /\bXRAY TraceId: (\S+)/.exec(message)?.[1],
};

export class Row {
  readonly source: RowSource | undefined;
  /** Made by commands, by name. Most rows never have any. */
  #made: Map<string, Value> | undefined;
  #document: object | undefined;
  #isParsed = false;

  constructor(source: RowSource | undefined, made?: Map<string, Value>) {
    this.source = source;
    this.#made = made;
  }

  get(name: string): Value {
    if (this.#made?.has(name)) return this.#made.get(name);
    const { source } = this;
    if (source === undefined) return undefined;
    if (!name.startsWith("@")) return this.#discovered(name);
    switch (name) {
      case "@message":
        return source.message;
      case "@timestamp":
        return new Date(source.timestampMs);
      case "@ingestionTime":
        return new Date(source.ingestedAtMs);
      case "@logStream":
        return source.stream();
      case "@log":
        return source.log;
      case "@ptr":
        return source.pointer();
      default:
        return Object.hasOwn(LAMBDA_FIELDS, name)
          ? LAMBDA_FIELDS[name]?.(source.message)
          : this.#discovered(name.slice(1));
    }
  }

  set(name: string, value: Value): void {
    this.#made ??= new Map();
    this.#made.set(name, value);
  }

  #discovered(name: string): Value {
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#document = documentIn(this.source?.message ?? "");
    }
    return this.#document && fieldOf(this.#document, name);
  }
}

function reported(message: string, pattern: RegExp): number | undefined {
  if (!message.startsWith("REPORT ") && !message.startsWith("INIT_REPORT ")) return undefined;
  const [, text] = pattern.exec(message) ?? [];
  return text === undefined ? undefined : Number(text);
}

function scaled(megabytes: number | undefined): number | undefined {
  return megabytes === undefined ? undefined : megabytes * MEGABYTE;
}

/** A message that is JSON, or the first JSON object in it (documented for Lambda's logs). */
function documentIn(message: string): object | undefined {
  const start = message.indexOf("{");
  if (start < 0) return undefined;
  const end = message.lastIndexOf("}");
  try {
    return JSON.parse(start === 0 ? message : message.slice(start, end + 1)) as object;
  } catch {
    return undefined;
  }
}

/** Keys may have dots themselves, so at each level the whole rest is tried first. */
function fieldOf(document: unknown, path: string): Value {
  if (typeof document !== "object" || document === null) return undefined;
  if (Object.hasOwn(document, path)) return valueOfJson((document as Record<string, unknown>)[path]);
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const key = path.slice(0, dot);
    if (!Object.hasOwn(document, key)) continue;
    return fieldOf((document as Record<string, unknown>)[key], path.slice(dot + 1));
  }
  return undefined;
}
