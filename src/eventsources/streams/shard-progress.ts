/**
 * How far a shard is done with. Lanes finish in any order, so the position is the last record before which all are done; where
 * a lane is beyond it, that is noted, too, and what it has done does not come again after a restart.
 */
import { FirstInFirstOut } from "../../kit/mod.ts";
import type { CheckpointPosition, OpenWindow, StreamCheckpoint } from "../../store/mod.ts";

/** A record that was read. */
export interface Place {
  readonly sequenceNumber: string;
  isDone: boolean;
}

interface LaneProgress {
  readonly places: FirstInFirstOut<Place>;
  /** All of the lane up to it are done with. */
  doneUpTo: bigint | undefined;
}

export class ShardProgress {
  readonly #places = new FirstInFirstOut<Place>();
  readonly #lanes: readonly LaneProgress[];
  #position: CheckpointPosition;
  /** The open window of the shard, kept with its position. */
  window: OpenWindow | undefined;

  /** What is known of lanes counts only where there are as many as before. */
  constructor({ position, lanes = [], window }: StreamCheckpoint, laneCount: number) {
    this.#position = position;
    this.window = window;
    const isKnown = lanes.length === laneCount;
    this.#lanes = Array.from({ length: laneCount }, (_, at) => {
      const known = isKnown ? (lanes[at] ?? undefined) : undefined;
      return { places: new FirstInFirstOut(), doneUpTo: known === undefined ? undefined : BigInt(known) };
    });
  }

  /** False: it was done with before the restart. */
  isNew(sequenceNumber: string, lane: number): boolean {
    const doneUpTo = this.#lanes[lane]?.doneUpTo;
    return doneUpTo === undefined || BigInt(sequenceNumber) > doneUpTo;
  }

  /** In the order of the shard. */
  add(sequenceNumber: string, lane: number): Place {
    const place: Place = { sequenceNumber, isDone: false };
    this.#places.push(place);
    this.#lanes[lane]?.places.push(place);
    return place;
  }

  /** In any order. */
  done(places: readonly Place[]): void {
    for (const place of places) place.isDone = true;
    const reached = takeDone(this.#places);
    if (reached !== undefined) this.#position = { kind: "after", sequenceNumber: reached };
    for (const lane of this.#lanes) {
      const doneUpTo = takeDone(lane.places);
      if (doneUpTo !== undefined) moveTo(lane, BigInt(doneUpTo));
    }
  }

  checkpoint(): StreamCheckpoint {
    const position = this.#position;
    const reached = position.kind === "after" ? BigInt(position.sequenceNumber) : -1n;
    const ahead = this.#lanes.map(({ doneUpTo }) =>
      doneUpTo !== undefined && doneUpTo > reached ? String(doneUpTo) : null,
    );
    return {
      position,
      ...(ahead.some((number) => number !== null) && { lanes: ahead }),
      ...(this.window !== undefined && { window: this.window }),
    };
  }
}

/** What was done with before a restart is passed again on the way to where the lane was. */
function moveTo(lane: LaneProgress, number: bigint): void {
  if (lane.doneUpTo === undefined || number > lane.doneUpTo) lane.doneUpTo = number;
}

/** The last of those at the start that are done with; undefined where the first is not. */
function takeDone(places: FirstInFirstOut<Place>): string | undefined {
  let last: Place | undefined;
  while (places.peek()?.isDone === true) last = places.shift();
  return last?.sequenceNumber;
}
