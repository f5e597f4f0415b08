/**
 * The `X-Amzn-Trace-Id` that goes with an invocation: which chain of requests it belongs to, whether the chain is traced, and
 * how often each function has been part of it. SDKs inside functions pass it on, so that a loop comes to light, and so that
 * what they call hangs below the function that called. Sources: the X-Ray developer guide ("Tracing header"); "Visualize Lambda
 * function invocations using AWS X-Ray" page (an upstream decision is kept, Active decides where there is none); the field
 * Lineage is seen in headers on AWS, its hash and counts are read as recalled.
 */
import { randomUUID } from "node:crypto";
import { functionArn, type Scope } from "./arn.ts";
import type { FunctionVersion } from "./function.ts";

export interface Trace {
  /** For the function: its `Parent` is the invocation itself. */
  readonly header: string;
  /** How often this function has run in the chain before. */
  readonly earlierRuns: number;
  /** Who called, as far as its header tells: 16 hexadecimal digits. */
  readonly callerSpanId: string | undefined;
}

/** What the header of an invocation says, apart. */
export interface TraceFields {
  /** `1-5759e988-bd862e3fe1be46a994272793` */
  readonly root: string;
  /** 16 hexadecimal digits. */
  readonly parent: string;
  readonly isSampled: boolean;
}

/** Of the functions in one chain that are kept count of; the oldest are forgotten first. */
const LINEAGE_MAX = 8;

/** `given` is the caller's header, whatever is in it; a chain without one begins with `requestId`, a UUID. */
export function traceOf(
  given: string | undefined,
  requestId: string,
  {
    scope,
    target,
    nowMs,
  }: {
    readonly scope: Scope;
    readonly target: Pick<FunctionVersion, "name" | "settings">;
    readonly nowMs: number;
  },
): Trace {
  const own = target.settings.TracingConfig.Mode === "Active" ? "1" : "0";
  const hash = hashOf(functionArn(scope, target.name));
  if (given === undefined) {
    // Nearly every call.
    const header = headerOf(newRoot(requestId, nowMs), own, `${hash}:0`);
    return { header, earlierRuns: 0, callerSpanId: undefined };
  }
  const fields = fieldsOf(given);
  const upstream = fields.get("Sampled") ?? "?";
  const lineage = lineageOf(fields.get("Lineage"));
  const earlier = lineage.find(([each]) => each === hash)?.[1];
  const runs = earlier === undefined ? 0 : earlier + 1;
  const others = lineage.filter(([each]) => each !== hash).slice(-(LINEAGE_MAX - 1));
  const text = [...others, [hash, runs] as const].map(([each, count]) => `${each}:${count}`).join("|");
  const root = fields.get("Root");
  return {
    header: headerOf(root ?? newRoot(requestId, nowMs), upstream === "?" ? own : upstream, text),
    earlierRuns: runs,
    callerSpanId: root === undefined ? undefined : fields.get("Parent"),
  };
}

function headerOf(root: string, sampled: string, lineage: string): string {
  return `Root=${root};Parent=${newSpanId()};Sampled=${sampled};Lineage=1:${lineage}`;
}

function newRoot(requestId: string, nowMs: number): string {
  const id = requestId.replaceAll("-", "");
  return `1-${Math.floor(nowMs / 1000).toString(16)}-${id.slice(0, 24)}`;
}

/** Undefined where the header has no root and parent as `traceOf` writes them. */
export function readTrace(header: string | undefined): TraceFields | undefined {
  if (header === undefined) return undefined;
  const fields = fieldsOf(header);
  const [root, parent] = [fields.get("Root"), fields.get("Parent")];
  if (root === undefined || parent === undefined) return undefined;
  return { root, parent, isSampled: fields.get("Sampled") === "1" };
}

/** 16 hexadecimal digits, never all zero. */
export function newSpanId(): string {
  return randomUUID().slice(-17).replace("-", "");
}

const FIELDS: Readonly<Record<string, RegExp>> = {
  Root: /^1-[0-9a-f]{8}-[0-9a-f]{24}$/i,
  Parent: /^[0-9a-f]{16}$/i,
  Sampled: /^[01?]$/,
  Lineage: /^[0-9a-f:|]{1,512}$/i,
};

function fieldsOf(header: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    const value = part.slice(at + 1).trim();
    if (FIELDS[name]?.test(value) === true) fields.set(name, value);
  }
  return fields;
}

/** `1:hash:count|hash:count`, the leading number optional. */
function lineageOf(text: string | undefined): [hash: string, count: number][] {
  if (text === undefined) return [];
  return text
    .replace(/^\d+:(?=[0-9a-f]{8}:)/i, "")
    .split("|")
    .map((entry) => /^([0-9a-f]{8}):(\d{1,4})$/i.exec(entry))
    .filter((found) => found !== null)
    .map(([, hash = "", count]) => [hash, Number(count)]);
}

/** FNV-1a, eight hexadecimal digits: enough to tell the functions of one chain apart. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
