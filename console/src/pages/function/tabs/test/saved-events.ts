/** Test events that the visitor keeps under a name: in this browser, apart for each account, region and function. */
import { settings } from "../../../../app/settings.ts";

export type SavedEvents = Readonly<Record<string, string>>;

export function savedEvents(functionName: string): SavedEvents {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(functionName)) ?? "{}");
    if (typeof kept !== "object" || kept === null) return {};
    return Object.fromEntries(Object.entries(kept).filter(([, text]) => typeof text === "string"));
  } catch {
    return {};
  }
}

/** Throws where the browser keeps nothing, or no more. */
export function saveEvent(functionName: string, eventName: string, text: string): SavedEvents {
  return keep(functionName, { ...savedEvents(functionName), [eventName]: text });
}

export function forgetEvent(functionName: string, eventName: string): SavedEvents {
  const { [eventName]: _gone, ...rest } = savedEvents(functionName);
  return keep(functionName, rest);
}

function keep(functionName: string, events: SavedEvents): SavedEvents {
  try {
    localStorage.setItem(keyOf(functionName), JSON.stringify(events));
  } catch {
    throw new Error("This browser keeps no more: its storage is full, or switched off for this page.");
  }
  return events;
}

function keyOf(functionName: string): string {
  const { account, region } = settings();
  return `lambkin.events ${account} ${region} ${functionName}`;
}
