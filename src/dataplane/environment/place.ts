/** What an environment has beside its processes: a /tmp, a network, and where its files were delivered. */
import { rm } from "node:fs/promises";
import type { Network, NetworkSlot } from "../network/network.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ScratchVolume, ScratchVolumes } from "../sandbox/scratch-volumes.ts";

/** A sandbox that nobody has taken yet. */
export interface Unused {
  readonly sandbox: Sandbox;
  readonly place: Place;
}

export async function endUnused({ sandbox, place }: Unused): Promise<void> {
  sandbox.kill();
  await sandbox.exited;
  sandbox.control.destroy();
  sandbox.logs.destroy();
  await sandbox.dispose();
  await place.release();
}

export interface Place {
  readonly volume: ScratchVolume;
  readonly slot: NetworkSlot;
  release(): Promise<void>;
}

/** `ownFolder` goes with the place. */
export async function takePlace(
  { volumes, network }: { readonly volumes: ScratchVolumes; readonly network: Pick<Network, "acquire"> },
  temporaryMib: number,
  ownFolder?: string,
): Promise<Place> {
  const waiting = volumes.acquire(temporaryMib);
  const slot = await network.acquire();
  const volume = await waiting.catch(async (error: unknown) => {
    await slot.release();
    throw error;
  });
  return {
    volume,
    slot,
    release: async () => {
      const own = ownFolder === undefined ? undefined : rm(ownFolder, { recursive: true, force: true });
      await Promise.all([volume.release(), slot.release(), own]);
    },
  };
}
