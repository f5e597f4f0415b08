/** Changes to an archive's files that are not deployed yet. */
import { type Archive, type ArchiveFile, textFile, textOf } from "../../../../kit/archive.ts";

export function sortedNames(files: Archive): string[] {
  return [...files.keys()].sort((a, b) => a.localeCompare(b, "en"));
}

export function isChanged(before: Archive, now: Archive, name: string): boolean {
  return before.get(name) !== now.get(name);
}

export function hasChanges(before: Archive, now: Archive): boolean {
  return before.size !== now.size || [...now.keys()].some((name) => isChanged(before, now, name));
}

/** Typing back what was there before is no change. */
export function withText(before: Archive, now: Archive, name: string, text: string): Archive {
  const old = before.get(name);
  const file = old !== undefined && textOf(old) === text ? old : textFile(text, (now.get(name) ?? old)?.mode);
  return withFile(now, name, file);
}

export function withoutFile(now: Archive, name: string): Archive {
  const rest = new Map(now);
  rest.delete(name);
  return rest;
}

export function renamed(now: Archive, from: string, to: string): Archive {
  const file = now.get(from);
  return file === undefined ? now : withFile(withoutFile(now, from), to, file);
}

/** Why a file cannot have this name; undefined when it can. */
export function nameProblem(now: Archive, name: string): string | undefined {
  if (name === "") return "A file needs a name.";
  if (now.has(name)) return "There is such a file already.";
  if (
    name.startsWith("/") ||
    name.endsWith("/") ||
    name.split("/").some((part) => part === ".." || part === "")
  ) {
    return "A name is a path inside the archive, such as lib/helper.py.";
  }
  return undefined;
}

/** The file that holds the handler (`lib/app.handler` → `lib/app.*`), or the first. */
export function firstToShow(files: Archive, handler: string): string | undefined {
  const names = sortedNames(files);
  const module = handler.replace(/\.[^./]*$/, "");
  return names.find((name) => name.replace(/\.[^./]*$/, "") === module) ?? names[0];
}

function withFile(files: Archive, name: string, file: ArchiveFile): Archive {
  return new Map(files).set(name, file);
}
