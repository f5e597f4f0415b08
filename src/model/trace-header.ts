/**
 * The `X-Amzn-Trace-Id` that goes with an invocation: which chain of requests it belongs to, and how often each function has
 * been part of that chain. SDKs inside functions pass it on, so that a loop comes to light. Sources: the X-Ray developer guide
 * ("Tracing header"); the field Lineage is seen in headers on AWS, its hash and counts are read as recalled.
 */
import { functionArn, type Scope } from "./arn.ts";

export interface Trace {
  readonly header: string;
  /** How often this function has run in the chain before. */
  readonly earlierRuns: number;
}

/** Of the functions in one chain that are kept count of; the oldest are forgotten first. */
const LINEAGE_MAX = 8;

/** `given` is the caller's header, whatever is in it; a chain without one begins with `requestId`, a UUID. */
export function traceOf(
  given: string | undefined,
  requestId: string,
  {
    scope,
    functionName,
    nowMs,
  }: { readonly scope: Scope; readonly functionName: string; readonly nowMs: number },
): Trace {
  const fields = given === undefined ? new Map<string, string>() : fieldsOf(given);
  const id = requestId.replaceAll("-", "");
  const root = fields.get("Root") ?? `1-${Math.floor(nowMs / 1000).toString(16)}-${id.slice(0, 24)}`;
  const parent = fields.get("Parent") ?? id.slice(-16);
  const sampled = fields.get("Sampled") ?? "0";
  const own = hashOf(functionArn(scope, functionName));
  const lineage = lineageOf(fields.get("Lineage"));
  const earlier = lineage.find(([hash]) => hash === own)?.[1];
  const runs = earlier === undefined ? 0 : earlier + 1;
  const others = lineage.filter(([hash]) => hash !== own).slice(-(LINEAGE_MAX - 1));
  const text = [...others, [own, runs] as const].map(([hash, count]) => `${hash}:${count}`).join("|");
  return {
    header: `Root=${root};Parent=${parent};Sampled=${sampled};Lineage=1:${text}`,
    earlierRuns: runs,
  };
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
