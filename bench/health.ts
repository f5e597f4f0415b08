/** What a server says of itself. */

interface Health {
  readonly isolation: string;
  readonly environments: Readonly<
    Record<"alive" | "idle" | "frozen" | "parked" | "compiled" | "compiling", number>
  >;
}

const SETTLED_LOOKS = 4;
const SETTLED_PAUSE_MS = 100;

export async function healthOf(url: string): Promise<Health> {
  return (await (await fetch(`${url}/_lambkin/health`)).json()) as Health;
}

/** No environment is made, frozen or ended any more, and some sandbox waits for a function. */
export async function settled(url: string): Promise<void> {
  let before = "";
  for (let same = 0; same < SETTLED_LOOKS; ) {
    const { environments } = await healthOf(url);
    const now = JSON.stringify(environments);
    same = environments.parked > 0 && now === before ? same + 1 : 0;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, SETTLED_PAUSE_MS));
  }
}
