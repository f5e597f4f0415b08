/**
 * One queue: what is visible, in flight and delayed, and who waits for it. Everything that was acknowledged is in the
 * store; what is held here is only who has which message, and the places of those that come next.
 *
 *   sent ──▶ (delayed) ──▶ visible ──receive──▶ in flight ──delete──▶ gone
 *                             ▲                    │  └──received too often──▶ dead-letter queue
 *                             └──timeout, change───┘
 *
 * Over 500 lines, because each of these steps changes the same few structures, and must see them as the others left them.
 */
import { SQS_LIMITS } from "../../../config/mod.ts";
import { type Clock, KeyedMutex, type Timer } from "../../../kit/mod.ts";
import type { NewMessage, QueueRecord, QueueStore, StoredMessage } from "../../../store/mod.ts";
import { attributesBytes } from "../attributes/message-attributes.ts";
import { handleExpired, messageNotInFlight, tooManyInFlight, visibilityTooLong } from "../errors.ts";
import { Contents, type ReceiveCount } from "./contents.ts";
import { FifoOrder } from "./fifo-order.ts";
import { LongPolls } from "./long-polls.ts";
import type { Place } from "./message-order.ts";
import { deduplicationKey, newMessage } from "./new-message.ts";
import type { QueueCommits } from "./queue-commits.ts";
import type { QueueMeters } from "./queue-meters.ts";
import { type QueueSettings, queueSettings } from "./queue-settings.ts";
import { encodeReceipt, type Receipt } from "./receipt-handle.ts";
import type { QueueCounts, ReceivedMessage, ReceiveRequest, SendRequest, SendResult } from "./requests.ts";
import { StandardOrder } from "./standard-order.ts";

export interface QueueOptions {
  readonly store: QueueStore;
  readonly commits: QueueCommits;
  /** Its time never goes back. */
  readonly clock: Clock;
  /** Random; another one at each start of the server. */
  readonly life: number;
  /** The queue that takes what was received too often; undefined when there is none of that ARN. */
  readonly deadLetterQueue: (arn: string) => Promise<Queue | undefined>;
  /** This queue's own ARN. */
  readonly arn: string;
  readonly meters: QueueMeters;
  readonly reportFault: (error: unknown) => void;
}

export class Queue {
  readonly #options: QueueOptions;
  #record: QueueRecord;
  #settings: QueueSettings;
  #opening: Promise<Contents> | undefined;
  #countTimer: Timer | undefined;
  #isDeleted = false;
  readonly #inTurn = new KeyedMutex();
  readonly #polls: LongPolls<ReceivedMessage>;

  constructor(record: QueueRecord, options: QueueOptions) {
    this.#options = options;
    this.#record = record;
    this.#settings = queueSettings(record);
    this.#polls = new LongPolls({
      clock: options.clock,
      receive: (request) => this.#receiveNow(request),
      giveBack: (messages) => this.putBack(messages),
      nextChangeMs: async () => this.#nextChangeMs(await this.#contents()),
      reportFault: options.reportFault,
    });
  }

  get record(): QueueRecord {
    return this.#record;
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  get arn(): string {
    return this.#options.arn;
  }

  /** After the record was changed in the store. */
  changed(record: QueueRecord): void {
    this.#record = { ...record, boxId: this.#record.boxId };
    this.#settings = queueSettings(record);
    // A shorter delay may have made something visible.
    this.#polls.wake();
  }

  /** After it was deleted in the store: those who wait get nothing. */
  deleted(): void {
    this.#isDeleted = true;
    this.#countTimer?.cancel();
    this.#polls.endAll();
  }

  /** Lets those who wait go with what is there; for the end of the server. */
  endWaits(): void {
    this.#polls.endAll();
  }

  /** Writes what may wait until now. */
  async close(): Promise<void> {
    this.#countTimer?.cancel();
    this.#countTimer = undefined;
    if (this.#opening !== undefined) await this.#writeCounts();
  }

  /** All or nothing. Sequence and id are the earlier message's where one was a duplicate. */
  async send(requests: readonly SendRequest[]): Promise<SendResult[]> {
    const contents = await this.#contents();
    const nowMs = this.#options.clock.nowMs();
    const messages = requests.map((request) => newMessage(this.#settings, request, nowMs));
    const sinceMs = nowMs - SQS_LIMITS.deduplicationMs;
    const writes = messages.map((message, index) => {
      const key = deduplicationKey(this.#settings, requests[index] as SendRequest);
      const deduplication = key === undefined ? undefined : { queueId: this.#record.id, key, sinceMs };
      return { kind: "add" as const, boxId: contents.boxId, message, deduplication };
    });
    const results = await this.#options.commits.add(writes, (committed) => {
      for (const [index, result] of committed.entries()) {
        const message = messages[index];
        if (result === undefined || message === undefined || result.duplicateOf !== undefined) continue;
        this.#appear(contents, { ...result, groupId: message.head.groupId }, message.dueAtMs);
      }
    });
    for (const { head, body } of messages) {
      this.#options.meters.add("NumberOfMessagesSent", nowMs, 1);
      const bytes = Buffer.byteLength(body) + attributesBytes(head.attributes);
      this.#options.meters.add("SentMessageSize", nowMs, bytes);
    }
    return results.map((result, index) => ({
      messageId: result?.duplicateOf ?? messages[index]?.head.id ?? "",
      sequence: result?.sequence ?? 0,
    }));
  }

  /** Waits for messages where the request or the queue says so. Throws OverLimit. */
  async receive(request: ReceiveRequest): Promise<ReceivedMessage[]> {
    const now = await this.#receiveNow(request);
    const waitMs = request.waitMs ?? this.#settings.waitMs;
    const isOver = now.length > 0 || waitMs === 0 || this.#isDeleted;
    const messages = isOver ? now : await this.#polls.wait(request, waitMs);
    const { meters, clock } = this.#options;
    if (messages.length === 0) meters.add("NumberOfEmptyReceives", clock.nowMs(), 1);
    else meters.add("NumberOfMessagesReceived", clock.nowMs(), messages.length);
    return messages;
  }

  /**
   * With a receipt that is not of the latest receive nothing happens, as on AWS (documented for standard queues).
   * Throws InvalidParameterValue when a FIFO queue's receipt has expired.
   */
  async delete(receipt: Receipt): Promise<void> {
    const contents = await this.#contents();
    const { sequence } = receipt;
    const running = contents.removals.get(sequence);
    if (running !== undefined) {
      await running;
      return;
    }
    this.#advance(contents);
    const message = contents.inFlight.find(sequence);
    if (message === undefined) {
      if (!(await this.#mayDeleteVisible(contents, receipt))) return;
    } else if (message.receiveCount !== receipt.receiveCount) {
      if (this.#settings.isFifo) throw handleExpired(encodeReceipt(receipt));
      return;
    }
    await this.#remove(contents, [sequence]);
    this.#options.meters.add("NumberOfMessagesDeleted", this.#options.clock.nowMs(), 1);
  }

  /**
   * By a receipt whose time is over nothing is changed, and nothing said (standard queues; observed on AWS by the makers of a
   * substitute; FIFO queues refuse it, assumed). Throws InvalidParameterValue when the message is gone, or would be in
   * flight for more than twelve hours.
   */
  async changeVisibility(receipt: Receipt, visibilityMs: number): Promise<void> {
    const contents = await this.#contents();
    const { sequence } = receipt;
    const nowMs = this.#advance(contents);
    const message = contents.inFlight.find(sequence);
    if (message?.receiveCount !== receipt.receiveCount || contents.removals.has(sequence)) {
      if (this.#settings.isFifo || !(await this.#isThere(contents, sequence))) {
        throw messageNotInFlight(encodeReceipt(receipt));
      }
      return;
    }
    const secondsMax = SQS_LIMITS.visibilitySecondsMax;
    if (nowMs + visibilityMs - message.receivedAtMs > secondsMax * 1000) {
      throw visibilityTooLong(visibilityMs / 1000, secondsMax);
    }
    contents.attempts.forget(sequence);
    if (visibilityMs === 0) contents.release(message);
    else contents.inFlight.setDeadline(message, nowMs + visibilityMs);
    this.#polls.wake();
  }

  async counts(): Promise<QueueCounts> {
    await this.removeExpired();
    const contents = await this.#contents();
    const nowMs = this.#advance(contents);
    await contents.order.prepare(0, nowMs);
    const inFlight = contents.inFlight.size;
    const delayed = await contents.order.delayedCount(nowMs);
    return { visible: Math.max(0, contents.total - inFlight - delayed), inFlight, delayed };
  }

  /** Somebody has looked into it since the start of the server. */
  get isInUse(): boolean {
    return this.#opening !== undefined;
  }

  /** Counts how much there is into the minute that begins. */
  async sample(): Promise<void> {
    const { meters, clock, store } = this.#options;
    const counts = await this.counts();
    const nowMs = clock.nowMs();
    meters.add("ApproximateNumberOfMessagesVisible", nowMs, counts.visible);
    meters.add("ApproximateNumberOfMessagesNotVisible", nowMs, counts.inFlight);
    meters.add("ApproximateNumberOfMessagesDelayed", nowMs, counts.delayed);
    const { boxId } = this.#record;
    const [oldest] = await store.placesAfter(boxId, 0, 1);
    const ageSeconds = oldest === undefined ? 0 : Math.max(0, Math.floor((nowMs - oldest.sentAtMs) / 1000));
    meters.add("ApproximateAgeOfOldestMessage", nowMs, ageSeconds);
  }

  /** Every message that was sent before is gone when this resolves. False when the queue is gone itself. */
  async purge(): Promise<boolean> {
    await this.#contents();
    await this.#options.commits.flush();
    const record = await this.#options.store.replaceBox(this.#record.id);
    if (record === undefined) return false;
    this.#record = { ...this.#record, boxId: record.boxId };
    this.#opening = undefined;
    return true;
  }

  /** Removes what is past the queue's retention. One after the other: what somebody else is removing is gone then, too. */
  removeExpired(): Promise<void> {
    return this.#inTurn.run("expired", () => this.#removeExpired());
  }

  async #removeExpired(): Promise<void> {
    for (;;) {
      const contents = await this.#contents();
      const sentBeforeMs = this.#options.clock.nowMs() - this.#settings.retentionMs + 1;
      const limit = SQS_LIMITS.expiredOfStep;
      const sequences = await this.#options.store.removeSentBefore(contents.boxId, sentBeforeMs, limit);
      for (const sequence of sequences) contents.forget(sequence);
      if (sequences.length < limit) return;
      // Requests are served in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Takes messages to move them elsewhere, past receive counts and dead-letter queues. Used by move tasks. */
  async takeForMove(count: number): Promise<StoredMessage[]> {
    const contents = await this.#contents();
    const places = await this.#take(contents, count);
    const reading = this.#options.store.readMessages(contents.boxId, sequencesOf(places));
    const messages = await reading.catch((error: unknown) => {
      contents.releaseUnread(places);
      throw error;
    });
    const found = new Set(sequencesOf(messages));
    for (const place of places) {
      if (!found.has(place.sequence)) contents.drop(place);
    }
    return messages.toSorted((a, b) => a.sequence - b.sequence);
  }

  /** Moves messages that are in flight to another queue, in one commit. Rejects when it cannot be written. */
  async move(
    messages: readonly StoredMessage[],
    target: Queue,
    change: (message: StoredMessage) => { head: Partial<NewMessage["head"]>; sentAtMs?: number | undefined },
  ): Promise<void> {
    const contents = await this.#contents();
    const destination = await target.#contents();
    const writes = messages.map((message) => ({
      kind: "move" as const,
      boxId: contents.boxId,
      sequence: message.sequence,
      toBoxId: destination.boxId,
      ...change(message),
    }));
    const moving = this.#options.commits.add(writes, (committed) => {
      for (const [index, { sequence, head }] of messages.entries()) {
        const result = committed[index];
        contents.forget(sequence, result !== undefined);
        const groupId = writes[index]?.head.groupId ?? head.groupId;
        if (result !== undefined) target.#appear(destination, { ...result, groupId }, undefined);
      }
    });
    await contents.untilCommitted(sequencesOf(messages), moving);
  }

  /** Back to where they were, for a move that will not be. */
  async putBack(messages: readonly StoredMessage[]): Promise<void> {
    const contents = await this.#contents();
    for (const { sequence } of messages) {
      const message = contents.inFlight.find(sequence);
      if (message !== undefined) contents.release(message);
    }
    this.#polls.wake();
  }

  /** Opened on first use: counting its messages reads an index through. */
  #contents(): Promise<Contents> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<Contents> {
    const { store } = this.#options;
    const { boxId } = this.#record;
    const counts = await store.countMessages(boxId);
    const total = counts.undelayed + counts.delayed;
    if (!this.#settings.isFifo)
      return new Contents(boxId, new StandardOrder({ store, boxId }, counts), total, () => {});
    const order = new FifoOrder({ store, boxId }, counts, () => this.#settings.delayMs);
    return new Contents(boxId, order, total, () => this.#polls.wake());
  }

  #appear(contents: Contents, place: Place, dueAtMs: number | undefined): void {
    contents.total++;
    contents.order.added(place, dueAtMs);
    this.#polls.wake();
  }

  async #receiveNow(request: ReceiveRequest): Promise<ReceivedMessage[]> {
    if (this.#isDeleted) return [];
    const contents = await this.#contents();
    const nowMs = this.#advance(contents);
    const again = request.attemptId && contents.attempts.find(request.attemptId, contents.inFlight, nowMs);
    if (again) return this.#receiveAgain(contents, again, request);
    const received: ReceivedMessage[] = [];
    while (received.length < request.count) {
      const places = await this.#take(contents, request.count - received.length);
      if (places.length === 0) break;
      try {
        received.push(...(await this.#deliver(contents, places, request)));
      } catch (error) {
        contents.releaseUnread(places);
        throw error;
      }
    }
    const isOverfull = received.length === 0 && contents.inFlight.size >= SQS_LIMITS.inFlightMax;
    // FIFO queues say nothing (documented).
    if (isOverfull && !this.#settings.isFifo) throw tooManyInFlight();
    if (received.length === 0) return received;
    if (request.attemptId) contents.attempts.keep(request.attemptId, received, nowMs);
    if ((request.visibilityMs ?? this.#settings.visibilityMs) === 0) await this.putBack(received);
    // Whoever waits has to know when these come back.
    this.#polls.wake();
    return received;
  }

  /** What is taken counts as in flight at once, so that nobody else gets it while it is being read. */
  async #take(contents: Contents, count: number): Promise<Place[]> {
    const nowMs = this.#advance(contents);
    const wanted = Math.min(count, SQS_LIMITS.inFlightMax - contents.inFlight.size);
    if (wanted <= 0) return [];
    await contents.order.prepare(wanted, nowMs);
    const room = Math.min(wanted, SQS_LIMITS.inFlightMax - contents.inFlight.size);
    const places = contents.order
      .take(room, nowMs)
      .filter(({ sequence }) => contents.inFlight.find(sequence) === undefined);
    for (const place of places) {
      const deadlineMs = Number.POSITIVE_INFINITY;
      contents.inFlight.set({ place, receiveCount: 0, receivedAtMs: nowMs, deadlineMs });
    }
    return places;
  }

  async #deliver(
    contents: Contents,
    places: readonly Place[],
    { visibilityMs = this.#settings.visibilityMs }: ReceiveRequest,
  ): Promise<ReceivedMessage[]> {
    // Counts that are written while we read are in neither place afterwards: not yet in the rows, no longer held.
    const counted = new Map(sequencesOf(places).map((sequence) => [sequence, contents.counts.get(sequence)]));
    const rows = await this.#options.store.readMessages(contents.boxId, sequencesOf(places));
    const bySequence = new Map(rows.map((row) => [row.sequence, row]));
    const redrive = this.#settings.redrive;
    const deadLetters = redrive && (await this.#options.deadLetterQueue(redrive.deadLetterTargetArn));
    const nowMs = this.#options.clock.nowMs();
    const received: ReceivedMessage[] = [];
    const exhausted: StoredMessage[] = [];
    const expired: number[] = [];
    for (const place of places) {
      const { sequence } = place;
      const row = bySequence.get(sequence);
      // Forgotten while it was being read.
      if (contents.inFlight.find(sequence)?.place !== place) continue;
      // Deleted while it was visible.
      if (row === undefined || contents.removals.has(sequence)) {
        contents.drop(place);
        continue;
      }
      if (row.sentAtMs + this.#settings.retentionMs <= nowMs) {
        expired.push(sequence);
        continue;
      }
      const before = contents.counts.get(sequence) ?? counted.get(sequence) ?? row;
      const receiveCount = before.receiveCount + 1;
      if (redrive && deadLetters && receiveCount > redrive.maxReceiveCount) {
        exhausted.push(row);
        continue;
      }
      const firstReceivedAtMs = before.firstReceivedAtMs ?? nowMs;
      // With a timeout of nothing it is visible again when this receive is over, not while it goes on.
      const deadlineMs = visibilityMs === 0 ? Number.POSITIVE_INFINITY : nowMs + visibilityMs;
      contents.inFlight.set({ place, receiveCount, receivedAtMs: nowMs, deadlineMs });
      this.#count(contents, sequence, { receiveCount, firstReceivedAtMs });
      received.push({
        ...row,
        receiveCount,
        firstReceivedAtMs,
        receiptHandle: this.#receipt(sequence, receiveCount),
      });
    }
    if (expired.length > 0) await this.#remove(contents, expired);
    if (deadLetters && exhausted.length > 0) await this.#giveUp(exhausted, deadLetters);
    return received;
  }

  async #giveUp(exhausted: readonly StoredMessage[], deadLetters: Queue): Promise<void> {
    // A FIFO queue keeps its order only by the time of arrival; a standard one counts retention from the first sending.
    const sentAtMs = deadLetters.settings.isFifo ? this.#options.clock.nowMs() : undefined;
    const head = { deadLetterSourceArn: this.arn };
    await this.move(exhausted, deadLetters, () => ({ head, sentAtMs })).catch(async (error: unknown) => {
      await this.putBack(exhausted);
      throw error;
    });
  }

  /** The same messages by the same handles, for as long again. */
  async #receiveAgain(
    contents: Contents,
    sequences: readonly number[],
    { visibilityMs = this.#settings.visibilityMs }: ReceiveRequest,
  ): Promise<ReceivedMessage[]> {
    const rows = await this.#options.store.readMessages(contents.boxId, sequences);
    const nowMs = this.#options.clock.nowMs();
    return rows.flatMap((row) => {
      const { sequence } = row;
      const message = contents.inFlight.find(sequence);
      if (message === undefined) return [];
      contents.inFlight.setDeadline(message, nowMs + visibilityMs);
      const { receiveCount } = message;
      const firstReceivedAtMs = contents.counts.get(sequence)?.firstReceivedAtMs ?? row.firstReceivedAtMs;
      return [
        { ...row, receiveCount, firstReceivedAtMs, receiptHandle: this.#receipt(sequence, receiveCount) },
      ];
    });
  }

  #receipt(sequence: number, receiveCount: number): string {
    return encodeReceipt({ queueId: this.#record.id, sequence, receiveCount, life: this.#options.life });
  }

  #advance(contents: Contents): number {
    const nowMs = this.#options.clock.nowMs();
    contents.advance(nowMs);
    return nowMs;
  }

  /** Or in flight by another receipt: in any case there. */
  async #isThere(contents: Contents, sequence: number): Promise<boolean> {
    if (contents.removals.has(sequence)) return false;
    return (await this.#options.store.readMessages(contents.boxId, [sequence])).length > 0;
  }

  /** Not in flight: its timeout is over, or the server has been started since. */
  async #mayDeleteVisible(contents: Contents, receipt: Receipt): Promise<boolean> {
    const { sequence, receiveCount, life } = receipt;
    const [row] = await this.#options.store.readMessages(contents.boxId, [sequence]);
    if (row === undefined) return false;
    const known = contents.counts.get(sequence)?.receiveCount ?? row.receiveCount;
    const isLatest = known <= receiveCount;
    const isFromBefore = life !== this.#options.life;
    if (this.#settings.isFifo && !(isLatest && isFromBefore)) throw handleExpired(encodeReceipt(receipt));
    return isLatest;
  }

  async #remove(contents: Contents, sequences: readonly number[]): Promise<void> {
    const writes = sequences.map((sequence) => ({
      kind: "remove" as const,
      boxId: contents.boxId,
      sequence,
    }));
    const removing = this.#options.commits.add(writes, (results) => {
      for (const [index, sequence] of sequences.entries()) {
        contents.forget(sequence, results[index] !== undefined);
      }
    });
    await contents.untilCommitted(sequences, removing);
  }

  #nextChangeMs(contents: Contents): number | undefined {
    const nowMs = this.#options.clock.nowMs();
    const times = [contents.inFlight.nextDeadlineMs(), contents.order.nextDueMs(nowMs)];
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Written a little later: most messages are deleted before, and then nothing has to be. */
  #count(contents: Contents, sequence: number, count: ReceiveCount): void {
    contents.counts.set(sequence, count);
    this.#countTimer ??= this.#options.clock.after(SQS_LIMITS.receiveCountDelayMs, () => {
      this.#countTimer = undefined;
      this.#writeCounts().catch(this.#options.reportFault);
    });
  }

  /** In pieces: many may have come together, and nobody is in a hurry. */
  async #writeCounts(): Promise<void> {
    const contents = await this.#contents();
    const all = [...contents.counts];
    for (let start = 0; start < all.length && !this.#isDeleted; start += SQS_LIMITS.countsOfWrite) {
      const counts = all.slice(start, start + SQS_LIMITS.countsOfWrite);
      const writes = counts.map(([sequence, count]) => ({ kind: "count" as const, sequence, ...count }));
      await this.#options.commits.add(writes, () => {
        for (const [sequence, count] of counts) {
          if (contents.counts.get(sequence) === count) contents.counts.delete(sequence);
        }
      });
    }
  }
}

function sequencesOf(items: readonly { readonly sequence: number }[]): number[] {
  return items.map(({ sequence }) => sequence);
}
