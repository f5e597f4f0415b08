/** The tumbling window of a shard: which one is open, what its state is, and when it ends. It is kept with the shard's checkpoint. */
import type { Clock } from "../../kit/mod.ts";
import type { ShardProgress } from "./shard-progress.ts";
import { isTooLarge, NO_STATE, stateOf, windowAt, windowMembers } from "./tumbling-window.ts";

/** Of the members that go with the records, beside the state. */
const FRAME_BYTES = 1024;

export interface WindowOptions {
  readonly progress: ShardProgress;
  readonly clock: Clock;
  readonly lengthMs: number;
  readonly shardId: string;
  readonly streamArn: string;
}

export class WindowOfLane {
  readonly #options: WindowOptions;
  /** All records that arrived before are known. */
  #caughtUpMs = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  get payloadBytesMax(): number {
    return FRAME_BYTES + Buffer.byteLength(this.#open?.state ?? NO_STATE);
  }

  /** True when that may end the window. */
  caughtUp(atMs: number): boolean {
    this.#caughtUpMs = atMs;
    return this.#open !== undefined && atMs >= this.#open.endMs;
  }

  /** Whether the open window is to be ended now. `nextMs`: when the next record arrived, if one waits. */
  ending(nextMs: number | undefined, isLast: boolean): { readonly isEarly: boolean } | undefined {
    const open = this.#open;
    if (open === undefined) return undefined;
    if (isTooLarge(open.state)) return { isEarly: true };
    if (nextMs !== undefined) return nextMs >= open.endMs ? { isEarly: false } : undefined;
    if (this.#caughtUpMs >= open.endMs) return { isEarly: false };
    return isLast ? { isEarly: this.#options.clock.nowMs() < open.endMs } : undefined;
  }

  /** Whether a record that arrived then is of a later window than the batch that is being made. */
  isBefore(arrivedAtMs: number): boolean {
    return this.#open !== undefined && arrivedAtMs >= this.#open.endMs;
  }

  /** Opens the window of the next record where none is open. */
  openAt(arrivedAtMs: number): void {
    const { progress, lengthMs } = this.#options;
    progress.window ??= windowAt(arrivedAtMs, lengthMs);
  }

  /** Of an event beside its records. */
  members(): string {
    return this.#members(false, false);
  }

  finalMembers(isEarly: boolean): string {
    return this.#members(true, isEarly);
  }

  /** An answer without a state is a failure. */
  accepts(answer: Buffer): boolean {
    return stateOf(answer) !== undefined;
  }

  returned(answer: Buffer): void {
    const { progress } = this.#options;
    const state = stateOf(answer);
    if (progress.window !== undefined && state !== undefined) progress.window = { ...progress.window, state };
  }

  close(): void {
    this.#options.progress.window = undefined;
  }

  get #open() {
    return this.#options.progress.window;
  }

  #members(isFinal: boolean, isEarly: boolean): string {
    const { shardId, streamArn } = this.#options;
    const window = this.#open ?? windowAt(0, this.#options.lengthMs);
    return windowMembers({ window, shardId, streamArn, isFinal, isEarly });
  }
}
