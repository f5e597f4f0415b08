/**
 * Runs accepted events: each is on disk before its 202, and leaves the disk when it was run or given up on, and whoever is
 * to be told of it was told. At least once; after a crash what was under way runs again.
 * Source of the rules: "How Lambda handles errors and retries with asynchronous invocation" page.
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { throttled } from "../../errors/mod.ts";
import { type Clock, GroupCommit } from "../../kit/mod.ts";
import {
  type EventInvokeSetting,
  type FunctionShared,
  type FunctionVersion,
  functionArn,
  type InvocationOutcome,
  type Invoker,
  isLoop,
  type Observe,
  type Scope,
  traceOf,
} from "../../model/mod.ts";
import type { Delivery, EventHead, EventStore, EventWrite } from "../../store/mod.ts";
import { Alarm } from "./alarm.ts";
import { ageMsMax, type Condition, conclude } from "./conclude.ts";
import { deliveriesOf } from "./deliveries.ts";
import { type DestinationPorts, deliver, Undeliverable } from "./destinations.ts";
import { Lane, type Queued } from "./lane.ts";

/** What is to be known of a function when one of its events has its turn. */
export interface EventTarget {
  readonly target: FunctionVersion;
  readonly setting: Partial<EventInvokeSetting>;
  readonly shared: FunctionShared;
}

export interface AsyncQueueOptions {
  readonly store: EventStore;
  readonly invoker: Invoker;
  readonly clock: Clock;
  /** What the event's qualifier means now; undefined when the function is gone. */
  readonly resolve: (
    scope: Scope,
    name: string,
    qualifier: string | undefined,
  ) => Promise<EventTarget | undefined>;
  /** Calls `wake` once, when it is the function's turn for a place that became free; returns how to wait no longer. */
  readonly waitForPlace: (scope: Scope, functionName: string, wake: () => void) => () => void;
  readonly destinations: DestinationPorts;
  /** Until the second attempt of an event; the third waits twice as long. */
  readonly retryMs: number;
  readonly observe: Observe;
  readonly reportFault: (error: unknown, requestId: string) => void;
}

/** What is asked for: an event that was not tried yet. */
export type NewEvent = Pick<
  EventHead,
  "id" | "scope" | "functionName" | "qualifier" | "clientContext" | "traceId"
> & {
  readonly payload: Buffer;
};

export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #commits: GroupCommit<EventWrite, undefined>;
  readonly #alarm: Alarm<EventHead>;
  /** One a function: a backlog of one never holds up another. */
  readonly #lanes = new Map<string, Lane>();
  readonly #underWay = new Set<Promise<void>>();
  /** Of young events; the others are read again when they have their turn. */
  readonly #payloads = new Map<string, Buffer>();
  #payloadBytes = 0;
  #count = 0;
  #stopped = false;

  constructor(options: AsyncQueueOptions) {
    const { store, clock } = options;
    this.#options = options;
    this.#commits = new GroupCommit<EventWrite, undefined>({
      commit: async (writes) => {
        await store.commit(writes);
        return writes.map(() => undefined);
      },
      writesMax: LAMBDA_LIMITS.asyncCommitWritesMax,
    });
    this.#alarm = new Alarm(clock, (event) => this.#enqueue(event));
  }

  /** Events that are not over, those that run now among them. */
  get count(): number {
    return this.#count;
  }

  /** Takes up what an earlier run of the server left. */
  async resume(): Promise<void> {
    for await (const head of this.#options.store.listHeads()) {
      this.#count++;
      this.#schedule(head);
    }
  }

  /** Durable when the promise resolves; the event runs afterwards. Throws TooManyRequestsException when too many wait. */
  async accept({ payload, ...event }: NewEvent): Promise<void> {
    if (this.#count >= LAMBDA_LIMITS.asyncEventsMax) throw throttled("CallerRateLimitExceeded");
    const nowMs = this.#options.clock.nowMs();
    const head: EventHead = {
      ...event,
      payloadBytes: payload.length,
      acceptedAtMs: nowMs,
      failedAttempts: 0,
      notBeforeMs: nowMs,
    };
    this.#count++;
    try {
      await this.#commits.add([{ kind: "accept", head, payload }]);
    } catch (error) {
      this.#count--;
      throw error;
    }
    this.#options.observe({ kind: "eventAccepted", ...subjectOf(head) });
    this.#remember(head, payload);
    this.#schedule(head);
  }

  /** Events wait for their turn on disk from now on; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#alarm.clear();
    await Promise.all(this.#underWay);
    await this.#commits.flush();
  }

  #remember({ id }: EventHead, payload: Buffer): void {
    if (this.#payloadBytes + payload.length > LAMBDA_LIMITS.asyncPayloadBytesKept) return;
    this.#payloads.set(id, payload);
    this.#payloadBytes += payload.length;
  }

  #forget(id: string): void {
    this.#payloadBytes -= this.#payloads.get(id)?.length ?? 0;
    this.#payloads.delete(id);
  }

  #schedule(event: EventHead): void {
    if (this.#stopped) return;
    if (event.notBeforeMs <= this.#options.clock.nowMs()) this.#enqueue(event);
    else this.#alarm.set(event.notBeforeMs, event);
  }

  #enqueue(event: EventHead): void {
    const key = `${event.scope.accountId}/${event.scope.region}/${event.functionName}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane();
      this.#lanes.set(key, lane);
    }
    lane.add(event);
    this.#advance(key, lane);
  }

  #advance(key: string, lane: Lane): void {
    while (!this.#stopped) {
      const next = lane.next();
      if (next === undefined) break;
      const work = this.#attempt(next, key, lane)
        .catch((error: unknown) => {
          // Neither run nor lost: it is on disk, and comes again like one that was throttled. Places have nothing to do with it.
          this.#options.reportFault(error, next.event.id);
          next.isFaulty = true;
          this.#hold(next, key, lane);
        })
        .finally(() => {
          lane.ended();
          this.#underWay.delete(work);
          this.#advance(key, lane);
        });
      this.#underWay.add(work);
    }
    if (!lane.isEmpty) return;
    lane.close();
    this.#lanes.delete(key);
  }

  #hold(held: Queued, key: string, lane: Lane): void {
    lane.throttled(held);
    if (!lane.mustRest) return;
    const timer = this.#options.clock.after(lane.backoffMs, () => {
      lane.resume();
      this.#advance(key, lane);
    });
    lane.rest(timer);
  }

  /** Its turn comes when a place becomes free, or at the end of the lane's rest. */
  #holdForPlace(held: Queued, key: string, lane: Lane): void {
    this.#hold(held, key, lane);
    if (lane.isInLine || this.#stopped) return;
    const { scope, functionName } = held.event;
    const leave = this.#options.waitForPlace(scope, functionName, () => {
      lane.gotPlace();
      this.#advance(key, lane);
    });
    lane.joinLine(leave);
  }

  async #attempt(queued: Queued, key: string, lane: Lane): Promise<void> {
    const { event } = queued;
    const { store, resolve, clock, observe } = this.#options;
    if (event.undelivered !== undefined) return this.#deliver(event, event.undelivered);
    const found = await resolve(event.scope, event.functionName, event.qualifier);
    const payload =
      found === undefined ? undefined : (this.#payloads.get(event.id) ?? (await store.readPayload(event.id)));
    // The function is gone, and its events with it.
    if (found === undefined || payload === undefined) return this.#remove(event.id);
    const nowMs = clock.nowMs();
    const trace = traceOf(event.traceId, event.id, { scope: event.scope, target: found.target, nowMs });
    const traced = { ...event, traceId: trace.header };
    const finish = (
      condition: Condition,
      outcome?: Exclude<InvocationOutcome, { kind: "throttled" }>,
    ): Promise<void> => {
      if (condition !== "Success") observe({ kind: "eventDropped", ...subjectOf(event) });
      const invokeCount = event.failedAttempts + (outcome === undefined ? 0 : 1);
      const { isFaulty = false } = queued;
      const finished = {
        head: event,
        payload,
        target: found.target,
        condition,
        outcome,
        invokeCount,
        isFaulty,
      };
      return this.#deliver(traced, deliveriesOf({ ...finished, nowMs: clock.nowMs() }, found.setting));
    };
    if (found.shared.reservedConcurrency === 0) return finish("ZeroReservedConcurrency");
    if (nowMs - event.acceptedAtMs > ageMsMax(found.setting)) return finish("EventAgeExceeded");
    if (isLoop(found.shared, trace)) {
      observe({ kind: "loopStopped", ...subjectOf(event) });
      return finish("RecursiveInvocation");
    }
    const outcome = await this.#invoke(traced, found.target, payload, trace.callerSpanId);
    queued.isFaulty = false;
    // The server is going down and took the environment with it: the event runs again at the next start.
    if (this.#stopped && outcome.kind !== "success") return;
    if (outcome.kind !== "throttled") lane.gotThrough();
    const { retryMs } = this.#options;
    const times = { nowMs: clock.nowMs(), delayMs: lane.backoffMs, retryMs, retries: found.setting };
    const conclusion = conclude(event, outcome.kind, times);
    switch (conclusion.kind) {
      case "over":
        return finish(conclusion.condition, outcome.kind === "throttled" ? undefined : outcome);
      case "held":
        this.#holdForPlace(queued, key, lane);
        return;
      case "later":
        await this.#commits.add([{ kind: "update", head: conclusion.head }]);
        this.#schedule(conclusion.head);
        return;
      default:
        conclusion satisfies never;
    }
  }

  #invoke(
    event: EventHead,
    target: FunctionVersion,
    payload: Buffer,
    callerSpanId: string | undefined,
  ): Promise<InvocationOutcome> {
    const { invoker, clock, observe } = this.#options;
    return invoker.invoke({
      scope: event.scope,
      target,
      invokedArn: functionArn(event.scope, event.functionName, event.qualifier),
      requestId: event.id,
      payload,
      clientContext: event.clientContext,
      traceId: event.traceId,
      origin: { trigger: "pubsub", callerSpanId, dueAtMs: event.notBeforeMs },
      isAsync: true,
      wantsLogTail: false,
      onAdmitted: () => {
        const ageMs = clock.nowMs() - event.acceptedAtMs;
        observe({ kind: "eventStarted", ...subjectOf(event), ageMs });
      },
    });
  }

  /** The function is done with the event; it leaves the disk when everybody knows who is to know. */
  async #deliver(event: EventHead, deliveries: readonly Delivery[]): Promise<void> {
    const { destinations, clock, observe, reportFault } = this.#options;
    const left: Delivery[] = [];
    for (const delivery of deliveries) {
      try {
        await deliver(destinations, delivery, event, clock.nowMs());
      } catch (error) {
        reportFault(error, event.id);
        const what = delivery.outcome === undefined ? "deadLetter" : "destination";
        observe({ kind: "deliveryFailed", ...subjectOf(event), what });
        if (!(error instanceof Undeliverable)) left.push(delivery);
      }
    }
    const nowMs = clock.nowMs();
    if (left.length === 0 || nowMs - event.acceptedAtMs > LAMBDA_LIMITS.asyncDeliveryMsMax) {
      return this.#remove(event.id);
    }
    const next = { ...event, undelivered: left, notBeforeMs: nowMs + LAMBDA_LIMITS.asyncDeliveryRetryMs };
    await this.#commits.add([{ kind: "update", head: next }]);
    this.#schedule(next);
  }

  async #remove(id: string): Promise<void> {
    await this.#commits.add([{ kind: "remove", id }]);
    this.#forget(id);
    this.#count--;
  }
}

function subjectOf({ scope, functionName, qualifier }: EventHead): Subject {
  return { scope, functionName, qualifier };
}

type Subject = Pick<EventHead, "scope" | "functionName" | "qualifier">;
