/**
 * Runs accepted events: each is on disk before its 202, and leaves the disk when it was run or given up on.
 * At least once; after a crash what was under way runs again. Source of the rules: "How Lambda handles errors and retries with asynchronous invocation" page
 */
import { LAMBDA_LIMITS } from "../../config/mod.ts";
import { throttled } from "../../errors/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import {
  type EventInvokeSetting,
  type FunctionVersion,
  functionArn,
  type InvocationOutcome,
  type Invoker,
  LATEST,
  type Scope,
} from "../../model/mod.ts";
import type { AcceptedEvent, FunctionStore } from "../../store/mod.ts";

export interface AsyncQueueOptions {
  readonly store: FunctionStore;
  readonly invoker: Invoker;
  readonly clock: Clock;
  /** What the event's qualifier means now; undefined when the function is gone. */
  readonly resolve: (
    scope: Scope,
    name: string,
    qualifier: string | undefined,
  ) => Promise<FunctionVersion | undefined>;
  readonly reportFault: (error: unknown, requestId: string) => void;
}

interface Lane {
  readonly waiting: AcceptedEvent[];
  running: number;
}

export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  /** One lane a function: a backlog of one never holds up another. */
  readonly #lanes = new Map<string, Lane>();
  readonly #timers = new Set<Timer>();
  readonly #underWay = new Set<Promise<void>>();
  #waitingBytes = 0;
  #stopped = false;

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run of the server left. */
  async resume(): Promise<void> {
    for await (const event of this.#options.store.listEvents()) this.#schedule(event);
  }

  /** Durable when the promise resolves; the event runs afterwards. Throws TooManyRequestsException when too many wait. */
  async accept(event: AcceptedEvent): Promise<void> {
    if (this.#waitingBytes + event.payload.length > LAMBDA_LIMITS.asyncWaitingBytesMax) {
      throw throttled("CallerRateLimitExceeded");
    }
    await this.#options.store.acceptEvent(event);
    this.#schedule(event);
  }

  /** Events wait for their turn on disk from now on; resolves when those under way have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#underWay);
  }

  /** From here to the end of its attempt an event is held in memory. */
  #schedule(event: AcceptedEvent): void {
    if (this.#stopped) return;
    this.#waitingBytes += event.payload.length;
    const waitMs = event.notBeforeMs - this.#options.clock.nowMs();
    if (waitMs <= 0) {
      this.#enqueue(event);
      return;
    }
    const timer = this.#options.clock.after(waitMs, () => {
      this.#timers.delete(timer);
      this.#enqueue(event);
    });
    this.#timers.add(timer);
  }

  #enqueue(event: AcceptedEvent): void {
    const key = `${event.scope.accountId}/${event.scope.region}/${event.functionName}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = { waiting: [], running: 0 };
      this.#lanes.set(key, lane);
    }
    lane.waiting.push(event);
    this.#advance(key, lane);
  }

  #advance(key: string, lane: Lane): void {
    while (!this.#stopped && lane.running < LAMBDA_LIMITS.asyncInFlightPerFunctionMax) {
      const event = lane.waiting.shift();
      if (event === undefined) break;
      lane.running++;
      const work = this.#attempt(event)
        .catch((error: unknown) => this.#options.reportFault(error, event.id))
        .finally(() => {
          this.#waitingBytes -= event.payload.length;
          lane.running--;
          this.#underWay.delete(work);
          this.#advance(key, lane);
        });
      this.#underWay.add(work);
    }
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(key);
  }

  async #attempt(event: AcceptedEvent): Promise<void> {
    const { store, invoker, resolve, clock } = this.#options;
    const target = await resolve(event.scope, event.functionName, event.qualifier);
    const outcome =
      target === undefined
        ? undefined
        : await invoker.invoke({
            scope: event.scope,
            target,
            invokedArn: functionArn(event.scope, event.functionName, event.qualifier),
            requestId: event.id,
            payload: event.payload,
            clientContext: event.clientContext,
            traceId: event.traceId,
            wantsLogTail: false,
          });
    // The server is going down and took the environment with it: the event runs again at the next start.
    if (this.#stopped && outcome?.kind !== "success") return;
    const next =
      outcome === undefined || outcome.kind === "success"
        ? undefined
        : nextAttempt(event, outcome, clock.nowMs(), await this.#settingOf(event));
    if (next === undefined) {
      await store.removeEvent(event.id);
      return;
    }
    await store.rescheduleEvent(next);
    this.#schedule(next);
  }

  #settingOf({ scope, functionName, qualifier }: AcceptedEvent): Promise<EventInvokeSetting | undefined> {
    return this.#options.store.findSetting(scope, functionName, "eventInvoke", qualifier ?? LATEST);
  }
}

/** Undefined: the event is done with, because it succeeded, has no attempts left, or would be too old by then. */
export function nextAttempt(
  event: AcceptedEvent,
  outcome: InvocationOutcome,
  nowMs: number,
  setting: Partial<EventInvokeSetting> = {},
): AcceptedEvent | undefined {
  const attemptsMax = setting.maximumRetryAttempts ?? LAMBDA_LIMITS.asyncRetryAttemptsDefault;
  const ageMsMax =
    setting.maximumEventAgeSeconds === undefined
      ? LAMBDA_LIMITS.asyncMaximumEventAgeMs
      : setting.maximumEventAgeSeconds * 1000;
  let next: AcceptedEvent;
  switch (outcome.kind) {
    case "success":
      return undefined;
    case "functionError": {
      if (event.failedAttempts >= attemptsMax) return undefined;
      const delayMs = LAMBDA_LIMITS.asyncRetryDelaysMs[event.failedAttempts] ?? 0;
      next = {
        ...event,
        failedAttempts: event.failedAttempts + 1,
        throttledAttempts: 0,
        notBeforeMs: nowMs + delayMs,
      };
      break;
    }
    case "throttled": {
      const [firstMs, lastMs] = LAMBDA_LIMITS.asyncThrottleBackoffMs;
      const delayMs = Math.min(firstMs * 2 ** event.throttledAttempts, lastMs);
      next = { ...event, throttledAttempts: event.throttledAttempts + 1, notBeforeMs: nowMs + delayMs };
      break;
    }
    default:
      return outcome satisfies never;
  }
  const isTooOld = next.notBeforeMs - event.acceptedAtMs > ageMsMax;
  return isTooOld ? undefined : next;
}
