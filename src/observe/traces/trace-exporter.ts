/**
 * Sends each invocation's spans to an OpenTelemetry collector, in batches. To be observed is a push into an array with a bound;
 * what has no place there, and what the collector does not take after some attempts, is dropped and counted. An invocation
 * neither waits for it nor fails with it.
 */
import { TRACE_LIMITS, type TraceSettings } from "../../config/mod.ts";
import type { Clock, Timer } from "../../kit/mod.ts";
import type { Invoked, Observation } from "../../model/mod.ts";
import { type Attribute, resourceOf, type Span, spansOf, traceIdOf } from "./invocation-spans.ts";
import { Collector, type Posted } from "./post.ts";

export interface TraceExporterOptions {
  readonly settings: TraceSettings;
  /** Of the server; goes along. */
  readonly version: string;
  readonly clock: Clock;
  /** Told once for each time that the collector begins to fail. */
  readonly reportFault: (error: unknown) => void;
  readonly limits?: Partial<TraceLimits>;
}

type TraceLimits = { readonly [Name in keyof typeof TRACE_LIMITS]: number };

/** Numbers of invocations since the start. */
export interface TraceCounts {
  readonly sent: number;
  readonly dropped: number;
  readonly waiting: number;
}

export class TraceExporter {
  readonly #options: TraceExporterOptions;
  readonly #limits: TraceLimits;
  readonly #collector: Collector;
  #waiting: Invoked[] = [];
  #sent = 0;
  #dropped = 0;
  #timer: Timer | undefined;
  #sending: Promise<void> | undefined;
  #isFailing = false;
  #isClosing = false;
  #wake: () => void = () => {};

  constructor(options: TraceExporterOptions) {
    this.#options = options;
    this.#limits = { ...TRACE_LIMITS, ...options.limits };
    this.#collector = new Collector(options.settings.url, options.settings.headers);
  }

  observe(observation: Observation): void {
    if (observation.kind !== "invoked" || !this.#isSampled(observation)) return;
    if (this.#waiting.length >= this.#limits.waitingMax) {
      this.#dropped++;
      return;
    }
    this.#waiting.push(observation);
    if (this.#sending !== undefined) return;
    if (this.#waiting.length >= this.#limits.batchMax) this.#sendSoon(0);
    else if (this.#timer === undefined) this.#sendSoon(this.#limits.sendDelayMs);
  }

  counts(): TraceCounts {
    return { sent: this.#sent, dropped: this.#dropped, waiting: this.#waiting.length };
  }

  /** Sends what waits, once and for a bounded time. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    this.#wake();
    const end = this.#options.clock.after(this.#limits.closeMsMax, () => this.#collector.close());
    await this.#sending;
    await this.#send();
    end.cancel();
    this.#collector.close();
  }

  #sendSoon(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.#send();
    });
  }

  /** The ids of chains are random: the same share of chains is sent by every server, each of them whole. */
  #isSampled(invoked: Invoked): boolean {
    const { ratio } = this.#options.settings;
    return ratio >= 1 || Number.parseInt(traceIdOf(invoked).slice(-8), 16) < ratio * 2 ** 32;
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Never rejects. */
  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#limits.batchMax);
      const { kind, reason } = await this.#deliver(this.#bodyOf(batch));
      if (kind === "taken") this.#sent += batch.length;
      else this.#dropped += batch.length;
      this.#noteOutcome(reason);
    }
  }

  async #deliver(body: string): Promise<Posted> {
    const { attemptsMax, retryMs, retryMsMax, requestMsMax } = this.#limits;
    for (let attempt = 1; ; attempt++) {
      const posted = await this.#collector.post(body, requestMsMax);
      if (posted.kind !== "later" || attempt >= attemptsMax || this.#isClosing) return posted;
      const backoffMs = Math.min(retryMsMax, retryMs * 2 ** (attempt - 1));
      // Servers that failed together shall not come back together.
      await this.#pause(Math.min(retryMsMax, posted.retryAfterMs ?? backoffMs * (0.5 + Math.random())));
    }
  }

  /** A server that stops does not wait for it. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #noteOutcome(reason: string | undefined): void {
    if (reason !== undefined && !this.#isFailing) {
      this.#options.reportFault(new Error(`${this.#options.settings.url}: ${reason}`));
    }
    this.#isFailing = reason !== undefined;
  }

  #bodyOf(batch: readonly Invoked[]): string {
    const { settings, version } = this.#options;
    const scope = { name: "lambkin", version };
    const byEnvironment = new Map<string, { attributes: Attribute[]; spans: Span[] }>();
    for (const invoked of batch) {
      const known = byEnvironment.get(invoked.environmentId);
      if (known !== undefined) known.spans.push(...spansOf(invoked));
      else {
        const attributes = resourceOf(invoked, settings.serviceName);
        byEnvironment.set(invoked.environmentId, { attributes, spans: spansOf(invoked) });
      }
    }
    const resourceSpans = Array.from(byEnvironment.values(), ({ attributes, spans }) => ({
      resource: { attributes },
      scopeSpans: [{ scope, spans }],
    }));
    return JSON.stringify({ resourceSpans });
  }
}
