/** Receives of a FIFO queue that may be asked for again, because their answer may have got lost. */
import { SQS_LIMITS } from "../../../config/mod.ts";
import type { InFlight } from "./in-flight.ts";

interface Attempt {
  readonly atMs: number;
  readonly messages: readonly { readonly sequence: number; readonly receiveCount: number }[];
}

export class ReceiveAttempts {
  readonly #attempts = new Map<string, Attempt>();
  readonly #bySequence = new Map<number, string>();

  keep(
    id: string,
    messages: readonly { readonly sequence: number; readonly receiveCount: number }[],
    atMs: number,
  ): void {
    this.#dropOld(atMs);
    this.#attempts.delete(id);
    const kept = messages.map(({ sequence, receiveCount }) => ({ sequence, receiveCount }));
    this.#attempts.set(id, { atMs, messages: kept });
    for (const { sequence } of kept) this.#bySequence.set(sequence, id);
  }

  /** What the attempt got, if it is young enough and all of it is still in flight by it. */
  find(id: string, inFlight: InFlight, nowMs: number): readonly number[] | undefined {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined || attempt.atMs + SQS_LIMITS.deduplicationMs <= nowMs) return undefined;
    const isWhole = attempt.messages.every(
      ({ sequence, receiveCount }) => inFlight.find(sequence)?.receiveCount === receiveCount,
    );
    return isWhole ? attempt.messages.map(({ sequence }) => sequence) : undefined;
  }

  /** Somebody deleted the message or changed its timeout: the answer had arrived (documented). */
  forget(sequence: number): void {
    const id = this.#bySequence.get(sequence);
    if (id === undefined) return;
    for (const message of this.#attempts.get(id)?.messages ?? []) this.#bySequence.delete(message.sequence);
    this.#attempts.delete(id);
  }

  /** The oldest are first in the map. */
  #dropOld(nowMs: number): void {
    for (const [id, { atMs, messages }] of this.#attempts) {
      if (atMs + SQS_LIMITS.deduplicationMs > nowMs) return;
      this.#attempts.delete(id);
      for (const { sequence } of messages) this.#bySequence.delete(sequence);
    }
  }
}
