/** Tags of log groups: what the two generations of tagging operations share. */
import { LOGS_LIMITS } from "../../config/mod.ts";
import type { Scope } from "../../model/mod.ts";
import type { LogStore } from "../../store/mod.ts";

type Tags = Readonly<Record<string, string>>;

/** Values of keys that are there already are replaced. False when the group is not there; throws `tooMany`. */
export function addTags(
  store: LogStore,
  scope: Scope,
  group: string,
  { added, tooMany }: { added: Tags; tooMany: () => Error },
): Promise<boolean> {
  return store.updateGroup(scope, group, ({ tags }) => {
    const all = { ...tags, ...added };
    if (Object.keys(all).length > LOGS_LIMITS.tagsMax) throw tooMany();
    return { tags: all };
  });
}

/** Keys that are not there are passed over. False when the group is not there. */
export function removeTags(
  store: LogStore,
  scope: Scope,
  group: string,
  keys: readonly string[],
): Promise<boolean> {
  return store.updateGroup(scope, group, ({ tags }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
  }));
}
