/** All that is known of the messages of one box; a queue that is purged starts with a new one. */
import { InFlight } from "./in-flight.ts";
import type { MessageOrder } from "./message-order.ts";
import { ReceiveAttempts } from "./receive-attempts.ts";

export interface ReceiveCount {
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export class Contents {
  readonly boxId: number;
  readonly order: MessageOrder;
  readonly inFlight = new InFlight();
  /** Deletions and moves that are being committed. */
  readonly removals = new Map<number, Promise<unknown>>();
  /** Receives that are not written yet. */
  readonly counts = new Map<number, ReceiveCount>();
  readonly attempts = new ReceiveAttempts();
  total: number;

  constructor(boxId: number, order: MessageOrder, total: number) {
    this.boxId = boxId;
    this.order = order;
    this.total = total;
  }
}
