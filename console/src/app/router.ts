/** Addresses after the `#`: the server needs to know none of them, and a link can be shared. */
import { useSyncExternalStore } from "react";

export interface Address {
  /** Starts with a slash, without the query; still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

export type Parameters = Readonly<Record<string, string>>;

let known: { hash: string; address: Address } | undefined;

function currentAddress(): Address {
  const { hash } = location;
  if (known?.hash !== hash) known = { hash, address: parseHash(hash) };
  return known.address;
}

export function parseHash(hash: string): Address {
  const text = hash.replace(/^#/, "");
  const mark = text.indexOf("?");
  const path = mark < 0 ? text : text.slice(0, mark);
  return { path: path === "" ? "/" : path, query: new URLSearchParams(mark < 0 ? "" : text.slice(mark + 1)) };
}

export function useAddress(): Address {
  return useSyncExternalStore((listener) => {
    addEventListener("hashchange", listener);
    return () => removeEventListener("hashchange", listener);
  }, currentAddress);
}

/** `to("functions", name)` → `#/functions/<name, encoded>`. */
export function to(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

export function navigate(href: string): void {
  location.hash = href;
}

/** Changes the address without a step in the history: a tab, a filter. */
export function replaceAddress(href: string): void {
  history.replaceState(null, "", href);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** Fills `:name` parts of a pattern from a path; undefined when it does not fit. */
export function matchPath(pattern: string, path: string): Parameters | undefined {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (part.startsWith(":")) {
      try {
        found[part.slice(1)] = decodeURIComponent(value);
      } catch {
        return undefined;
      }
    } else if (part !== value) return undefined;
  }
  return found;
}
