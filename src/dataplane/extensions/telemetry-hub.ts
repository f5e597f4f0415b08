/**
 * What extensions may read along of one life of an environment: the platform's events, and the lines of the function and
 * of extensions. What came before somebody subscribed is kept until the init phase is over.
 *
 * Source: "Lambda Telemetry API" and "Lambda Logs API" pages with their schema references.
 */
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { PlatformEvent } from "../platform/platform-event.ts";
import { recordOf } from "../platform/platform-json.ts";
import { logsApiEvents } from "./logs-api-events.ts";
import { type Buffering, type Destination, TelemetrySubscriber } from "./telemetry-subscriber.ts";

export type TelemetryType = "platform" | "function" | "extension";
/** The Logs API came first; an extension uses one of them. */
export type TelemetryApiName = "telemetry" | "logs";

export interface Subscription {
  readonly api: TelemetryApiName;
  readonly types: readonly TelemetryType[];
  readonly buffering: Buffering;
  readonly destination: Destination;
}

interface Event {
  readonly type: TelemetryType;
  readonly nowMs: number;
  /** A line of text, or what the platform has to say. */
  readonly content: string | PlatformEvent;
}

export class TelemetryHub {
  readonly #guestAddress: string | undefined;
  readonly #clock: Clock;
  readonly #isJson: boolean;
  readonly #subscribers = new Map<string, { subscription: Subscription; subscriber: TelemetrySubscriber }>();
  #early: Event[] | undefined = [];

  /** `guestAddress`: where subscribers listen. `isJson`: lines that hold a JSON object are handed on as one. */
  constructor(guestAddress: string | undefined, clock: Clock, isJson: boolean) {
    this.#guestAddress = guestAddress;
    this.#clock = clock;
    this.#isJson = isJson;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Until the end of the init phase, for which extensions ask by their first event. Source: runtime interface emulator. */
  get isOpen(): boolean {
    return this.#early !== undefined;
  }

  /** Whether this machine leads to where subscribers listen. */
  get isSupported(): boolean {
    return this.#guestAddress !== undefined;
  }

  /** A second subscription through the same API replaces the first; false where it came through the other. */
  subscribe(extensionId: string, subscription: Subscription): boolean {
    const before = this.#subscribers.get(extensionId);
    if (before !== undefined && before.subscription.api !== subscription.api) return false;
    if (this.#guestAddress === undefined) return false;
    before?.subscriber.close();
    const { destination, buffering } = subscription;
    const subscriber = new TelemetrySubscriber({
      destination,
      buffering,
      guestAddress: this.#guestAddress,
      clock: this.#clock,
    });
    this.#subscribers.set(extensionId, { subscription, subscriber });
    if (before === undefined)
      for (const event of this.#early ?? []) this.#hand(event, subscription, subscriber);
    return true;
  }

  platform(content: PlatformEvent, nowMs: number): void {
    this.#add({ type: "platform", nowMs, content });
  }

  /** `text` without its newline. */
  line(type: "function" | "extension", text: string, nowMs: number): void {
    this.#add({ type, nowMs, content: text });
  }

  /** Nobody can subscribe any more. */
  closeSubscriptions(): void {
    this.#early = undefined;
  }

  pause(): void {
    for (const { subscriber } of this.#subscribers.values()) subscriber.pause();
  }

  resume(): void {
    for (const { subscriber } of this.#subscribers.values()) subscriber.resume();
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#subscribers.values()].map(({ subscriber }) => subscriber.flush()));
  }

  close(): void {
    for (const { subscriber } of this.#subscribers.values()) subscriber.close();
  }

  #add(event: Event): void {
    if (this.#early !== undefined && this.#early.length < ENVIRONMENT_LIMITS.telemetryEarlyEventsMax) {
      this.#early.push(event);
    }
    for (const { subscription, subscriber } of this.#subscribers.values()) {
      this.#hand(event, subscription, subscriber);
    }
  }

  #hand({ type, nowMs, content }: Event, subscription: Subscription, subscriber: TelemetrySubscriber): void {
    if (!subscription.types.includes(type)) return;
    const time = new Date(nowMs).toISOString();
    if (typeof content === "string") {
      subscriber.add(JSON.stringify({ time, type, record: this.#isJson ? parsed(content) : content }));
      return;
    }
    if (subscription.api === "logs") {
      for (const event of logsApiEvents(content)) subscriber.add(JSON.stringify({ time, ...event }));
      return;
    }
    const record = recordOf(content);
    if (record === undefined) return;
    subscriber.add(JSON.stringify({ time, type: `platform.${content.kind}`, record }));
  }
}

/** The object that the line is, or the line. */
function parsed(line: string): unknown {
  if (!line.startsWith("{")) return line;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
