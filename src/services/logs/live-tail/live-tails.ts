/** Live tails: what is printed goes to those who watch, once a second, for as long as they do. Source: StartLiveTail reference. */
import { randomUUID } from "node:crypto";
import type { StartLiveTailRequest, StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import { LOGS_LIMITS } from "../../../config/mod.ts";
import type { Clock, Timer } from "../../../kit/mod.ts";
import type { LogEvent, LogStreamRef, Scope } from "../../../model/mod.ts";
import { limitExceeded } from "../errors.ts";
import { compileFilterPattern, type MessageFilter } from "../filter/filter-pattern.ts";
import type { ActiveFilter, LogFilters } from "../subscribers/log-filters.ts";

export interface LiveTailRequest {
  readonly scope: Scope;
  readonly groups: readonly string[];
  readonly requestId: string;
  /** As it came; it is repeated in the first event. */
  readonly asked: StartLiveTailRequest;
}

type SessionEvent = Partial<StartLiveTailResponseStream>;
type TailedEvent = NonNullable<
  NonNullable<StartLiveTailResponseStream.SessionUpdateMember["sessionUpdate"]>["sessionResults"]
>[number];

export class LiveTails {
  readonly #filters: LogFilters;
  readonly #clock: Clock;
  readonly #sessions = new Set<Session>();

  constructor(filters: LogFilters, clock: Clock) {
    this.#filters = filters;
    this.#clock = clock;
  }

  /** Sees events from here on. Throws LimitExceededException, and InvalidParameterException for a bad pattern. */
  start(request: LiveTailRequest): AsyncGenerator<SessionEvent> {
    const matches = compileFilterPattern(request.asked.logEventFilterPattern);
    const ofAccount = [...this.#sessions].filter(({ accountId }) => accountId === request.scope.accountId);
    if (ofAccount.length >= LOGS_LIMITS.liveTailsMax) throw limitExceeded();
    const session = new Session(request, matches, this.#clock);
    this.#sessions.add(session);
    for (const group of request.groups) this.#filters.attach(request.scope, group, session);
    return this.#run(session, request);
  }

  /** Ends them all; nobody has to wait for a watcher to go. */
  close(): void {
    for (const session of this.#sessions) session.retire();
  }

  async *#run(session: Session, { scope, groups }: LiveTailRequest): AsyncGenerator<SessionEvent> {
    try {
      yield* session.events();
    } finally {
      session.retire();
      this.#sessions.delete(session);
      for (const group of groups) this.#filters.detach(scope, group, session);
    }
  }
}

class Session implements ActiveFilter {
  readonly #request: LiveTailRequest;
  readonly #matches: MessageFilter;
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  #results: TailedEvent[] = [];
  #isSampled = false;
  #isOver = false;
  #timer: Timer | undefined;
  #wake: () => void = () => {};

  constructor(request: LiveTailRequest, matches: MessageFilter, clock: Clock) {
    this.#request = request;
    this.#matches = matches;
    this.#clock = clock;
    this.#endsAtMs = clock.monotonicMs() + LOGS_LIMITS.liveTailMsMax;
  }

  get accountId(): string {
    return this.#request.scope.accountId;
  }

  take(stream: LogStreamRef, { timestampMs, message }: LogEvent): void {
    const { logStreamNames: names, logStreamNamePrefixes: prefixes } = this.#request.asked;
    if (names !== undefined && !names.includes(stream.stream)) return;
    if (prefixes !== undefined && !prefixes.some((prefix) => stream.stream.startsWith(prefix))) return;
    if (!this.#matches(message)) return;
    // AWS gives a sample of what is more; here it is the first of each second.
    if (this.#results.length >= LOGS_LIMITS.liveTailEventsMax) {
      this.#isSampled = true;
      return;
    }
    this.#results.push({
      logStreamName: stream.stream,
      logGroupIdentifier: `${stream.accountId}:${stream.group}`,
      message,
      timestamp: timestampMs,
      ingestionTime: this.#clock.nowMs(),
    });
  }

  async flush(): Promise<void> {}

  retire(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    this.#wake();
  }

  async *events(): AsyncGenerator<SessionEvent> {
    const { asked, requestId } = this.#request;
    yield { sessionStart: { ...asked, requestId, sessionId: randomUUID() } };
    for (;;) {
      await this.#nextSecond();
      if (this.#isOver) return;
      const update = {
        sessionMetadata: { sampled: this.#isSampled },
        sessionResults: this.#results,
      };
      this.#results = [];
      this.#isSampled = false;
      yield { sessionUpdate: update };
      if (this.#clock.monotonicMs() >= this.#endsAtMs) {
        // The text is recall.
        const message = "The live tail session has reached its time limit of 3 hours.";
        yield { SessionTimeoutException: { message } } as unknown as SessionEvent;
        return;
      }
    }
  }

  #nextSecond(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isOver) resolve();
      this.#wake = resolve;
      this.#timer = this.#clock.after(LOGS_LIMITS.liveTailPeriodMs, resolve);
    });
  }
}
