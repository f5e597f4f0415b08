/** What the visitor chose (account, region, colours): kept in this browser, told to whoever subscribes. */
import { useSyncExternalStore } from "react";

export interface Settings {
  /** 12 digits. Functions of one account are not seen from another. */
  readonly account: string;
  readonly region: string;
  readonly mode: "light" | "dark";
}

const STORAGE_KEY = "lambkin.settings";
const listeners = new Set<() => void>();
let current = read();

export function settings(): Settings {
  return current;
}

export function useSettings(): Settings {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, settings);
}

export function changeSettings(change: Partial<Settings>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing still shows the page.
  }
  for (const listener of listeners) listener();
}

function read(): Settings {
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const defaults: Settings = { account: "000000000000", region: "us-east-1", mode: preferred };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}");
    return { ...defaults, ...(typeof kept === "object" && kept !== null ? kept : {}) };
  } catch {
    return defaults;
  }
}
