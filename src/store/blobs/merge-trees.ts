/** One folder out of several, later ones over earlier ones, with hard links instead of copies. */
import { link, mkdir, readdir, readlink, rm, symlink } from "node:fs/promises";
import path from "node:path";

/** `target` must not exist yet, on the same file system as `sources`; it is gone again when this fails. */
export async function mergeTrees(sources: readonly string[], target: string): Promise<void> {
  try {
    for (const source of sources) await overlay(source, target);
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

async function overlay(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o755 });
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = path.join(source, entry.name);
    const to = path.join(target, entry.name);
    if (entry.isDirectory()) {
      // Where an earlier layer had a file or a link, the folder takes its place.
      await overlay(from, to).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST" && error.code !== "ENOTDIR") throw error;
        await rm(to, { recursive: true, force: true });
        await overlay(from, to);
      });
      continue;
    }
    await rm(to, { recursive: true, force: true });
    if (entry.isSymbolicLink()) await symlink(await readlink(from), to);
    else await link(from, to);
  }
}
