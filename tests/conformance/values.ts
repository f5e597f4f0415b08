/**
 * Fills in what scenario data cannot say itself: `{{name}}` in texts (a text that is nothing else takes the value as it
 * is, a number stays a number), and values made from a description:
 *
 * - `{"$zip": {"file": "text", …}}`: an archive; `{"$sha256": …}` and `{"$size": …}` of such bytes; `{"$sum": […]}`
 * - `{"$bytes": n}`: n zero bytes; `{"$repeat": ["text", n]}`: a long text
 * - `{"$entries": n}`: a map with n entries
 * - `{"$jsonText": …}`, `{"$base64Of": "text"}`: a value as JSON text, a text in base64
 */
import { createHash } from "node:crypto";
import { zip } from "../../testkit/functions.ts";

export type Names = Map<string, unknown>;

const MAKERS: Readonly<Record<string, (description: unknown) => unknown>> = {
  $zip: (files) => zip(files as Record<string, string>),
  $sha256: (bytes) =>
    createHash("sha256")
      .update(bytes as Uint8Array)
      .digest("base64"),
  $size: (bytes) => (bytes as Uint8Array).length,
  $sum: (numbers) => (numbers as number[]).reduce((sum, each) => sum + each, 0),
  $bytes: (size) => new Uint8Array(Number(size)),
  $repeat: (description) => {
    const [text, times] = description as [string, number];
    return text.repeat(times);
  },
  $entries: (count) => Object.fromEntries(Array.from({ length: Number(count) }, (_, at) => [`k${at}`, "v"])),
  $jsonText: (value) => JSON.stringify(value),
  $base64Of: (text) => Buffer.from(String(text)).toString("base64"),
};

/** Throws for a name that nothing was saved under. */
export function filled(value: unknown, names: Names): unknown {
  if (typeof value === "string") return filledText(value, names);
  if (Array.isArray(value)) return value.map((item) => filled(item, names));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, member]) => [
    String(filledText(name, names)),
    filled(member, names),
  ]);
  const made = Object.fromEntries(entries) as Record<string, unknown>;
  const [only, ...others] = Object.keys(made);
  if (only === undefined || others.length > 0 || !Object.hasOwn(MAKERS, only)) return made;
  return MAKERS[only]?.(made[only]);
}

function filledText(text: string, names: Names): unknown {
  const whole = /^\{\{(\w+)\}\}$/.exec(text)?.[1];
  if (whole !== undefined) return savedAs(whole, names);
  return text.replace(/\{\{(\w+)\}\}/g, (_all, name: string) => String(savedAs(name, names)));
}

function savedAs(name: string, names: Names): unknown {
  if (!names.has(name)) throw new Error(`nothing was saved as "${name}"`);
  return names.get(name);
}

/** Bytes as text and times as ISO text: what scenario data can compare with. */
export function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, comparable(member)]));
}
