/** Waiting for conditions, never for time. */

const GIVE_UP_MS = 30_000;
const PAUSE_MS = 20;

/** Resolves with the first result that is not undefined; rejects when there is none in thirty seconds, or as long as is said. */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  giveUpMs = GIVE_UP_MS,
): Promise<T> {
  const deadlineMs = performance.now() + giveUpMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
