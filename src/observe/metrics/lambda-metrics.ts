/**
 * The namespace AWS/Lambda, out of what the data plane tells. Names, units and dimensions: "Types of metrics for Lambda
 * functions" page. A value is dated by when its invocation was let in, as on AWS, where a long invocation's metrics appear at
 * its beginning.
 */
import { METRICS_LIMITS } from "../../config/mod.ts";
import type { Clock } from "../../kit/mod.ts";
import type { Invoked, Observation, Scope, Throttled } from "../../model/mod.ts";
import type { Meter, MetricBuffer } from "./metric-buffer.ts";

const NAMESPACE = "AWS/Lambda";

const UNITS = {
  Invocations: "Count",
  Errors: "Count",
  Throttles: "Count",
  Duration: "Milliseconds",
  PostRuntimeExtensionsDuration: "Milliseconds",
  ConcurrentExecutions: "Count",
  UnreservedConcurrentExecutions: "Count",
  ProvisionedConcurrencyInvocations: "Count",
  ProvisionedConcurrencySpilloverInvocations: "Count",
  ProvisionedConcurrentExecutions: "Count",
  ProvisionedConcurrencyUtilization: "Percent",
  AsyncEventsReceived: "Count",
  AsyncEventAge: "Milliseconds",
  AsyncEventsDropped: "Count",
  DeadLetterErrors: "Count",
  DestinationDeliveryFailures: "Count",
  RecursiveInvocationsDropped: "Count",
  /** Of streams. */
  IteratorAge: "Milliseconds",
} as const;

export type LambdaMetric = keyof typeof UNITS;

/** The meters of one set of dimensions, made as they are needed. */
type Meters = Partial<Record<LambdaMetric, Meter>>;

/** An invocation counts for the account, the function, and what it was called by. */
type Places = readonly Place[];

interface Place {
  readonly scope: Scope;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly meters: Meters;
}

/** What is in flight at one moment, for the minutes in which nothing begins. */
export interface Running {
  readonly scope: Scope;
  readonly name: string;
  readonly inFlight: number;
  readonly reserved: number | undefined;
}

/** What is provisioned for one version. */
export interface Provision {
  readonly scope: Scope;
  readonly name: string;
  readonly configurationId: string;
  readonly inFlight: number;
  readonly amount: number;
}

export class LambdaMetrics {
  readonly #buffer: MetricBuffer;
  readonly #clock: Clock;
  readonly #accounts = new Map<string, Place>();
  readonly #functions = new Map<string, Place>();
  /** By what was called, and the version that ran. */
  readonly #calls = new Map<string, Places>();
  /** Of what is provisioned, by its configuration. */
  readonly #versions = new Map<string, string>();

  constructor(buffer: MetricBuffer, clock: Clock) {
    this.#buffer = buffer;
    this.#clock = clock;
  }

  /** Returns at once, never throws. */
  observe(seen: Observation): void {
    switch (seen.kind) {
      case "admitted":
        this.#concurrency(seen.scope, seen.functionName, seen.load.ofFunction);
        this.#concurrencyOfAccount(seen.scope, seen.load.ofAccount, seen.load.unreserved);
        return;
      case "invoked":
        this.#invoked(seen);
        return;
      case "throttled":
        this.#throttled(seen);
        return;
      case "provisionChanged":
        if (seen.amount === 0) this.#versions.delete(seen.target.configurationId);
        else this.#versions.set(seen.target.configurationId, seen.target.version);
        return;
      case "initFailed":
      case "provisionInitialized":
        return;
      case "eventAccepted":
        this.#ofEvent(seen, "AsyncEventsReceived", 1);
        return;
      case "eventStarted":
        this.#ofEvent(seen, "AsyncEventAge", seen.ageMs);
        return;
      case "eventDropped":
        this.#ofEvent(seen, "AsyncEventsDropped", 1);
        return;
      case "deliveryFailed": {
        const name = seen.what === "deadLetter" ? "DeadLetterErrors" : "DestinationDeliveryFailures";
        this.#ofEvent({ ...seen, qualifier: undefined }, name, 1);
        return;
      }
      case "loopStopped":
        this.#ofEvent({ ...seen, qualifier: undefined }, "RecursiveInvocationsDropped", 1);
        return;
      case "streamBatchSent":
        this.#ofEvent(seen, "IteratorAge", seen.ageMs);
        return;
      default:
        seen satisfies never;
    }
  }

  /** At the turn of a minute: what runs on counts in it, though nothing new begins, and what is provisioned, though nobody calls. */
  sample(running: Iterable<Running>, provisions: Iterable<Provision>): void {
    this.#sampleRunning(running);
    const nowMs = this.#clock.nowMs();
    for (const { scope, name: functionName, configurationId, inFlight, amount } of provisions) {
      const invokedArn = `:${functionName}:${this.#versions.get(configurationId)}`;
      const places = this.#placesOf({ scope, functionName, invokedArn }, undefined);
      for (const place of places) this.#provision(place, nowMs, inFlight, amount);
    }
  }

  #sampleRunning(running: Iterable<Running>): void {
    const accounts = new Map<string, { scope: Scope; all: number; unreserved: number }>();
    for (const { scope, name, inFlight, reserved } of running) {
      if (inFlight === 0) continue;
      this.#concurrency(scope, name, inFlight);
      const key = scopeKey(scope);
      const account = accounts.get(key) ?? { scope, all: 0, unreserved: 0 };
      account.all += inFlight;
      if (reserved === undefined) account.unreserved += inFlight;
      accounts.set(key, account);
    }
    for (const { scope, all, unreserved } of accounts.values()) {
      this.#concurrencyOfAccount(scope, all, unreserved);
    }
  }

  #invoked(seen: Invoked): void {
    const atMs = seen.admittedAtMs;
    const errors = seen.status === "success" ? 0 : 1;
    const extensionsMs = seen.durationMs - seen.runtimeMs;
    for (const place of this.#placesOf(seen, seen.target.version)) {
      this.#add(place, "Invocations", atMs, 1);
      // Zeros, too: their average is the share of calls that failed.
      this.#add(place, "Errors", atMs, errors);
      this.#add(place, "Throttles", atMs, 0);
      this.#add(place, "Duration", atMs, seen.runtimeMs);
      if (extensionsMs > 0) this.#add(place, "PostRuntimeExtensionsDuration", atMs, extensionsMs);
      if (seen.provisioned === undefined) continue;
      const isSpillover = seen.concurrency === "spillover";
      const name = isSpillover
        ? "ProvisionedConcurrencySpilloverInvocations"
        : "ProvisionedConcurrencyInvocations";
      this.#add(place, name, atMs, 1);
      this.#provision(place, atMs, seen.provisioned.inFlight, seen.provisioned.amount);
    }
  }

  /** Shares of one version mean nothing for an account. */
  #provision(place: Place, atMs: number, inFlight: number, amount: number): void {
    if (place.dimensions["FunctionName"] === undefined) return;
    this.#add(place, "ProvisionedConcurrentExecutions", atMs, inFlight);
    this.#add(place, "ProvisionedConcurrencyUtilization", atMs, inFlight / amount);
  }

  #throttled(seen: Throttled): void {
    const nowMs = this.#clock.nowMs();
    for (const place of this.#placesOf(seen, undefined)) this.#add(place, "Throttles", nowMs, 1);
  }

  #ofEvent(
    seen: { readonly scope: Scope; readonly functionName: string; readonly qualifier: string | undefined },
    name: LambdaMetric,
    value: number,
  ): void {
    const { scope, functionName, qualifier } = seen;
    const invokedArn = `:${functionName}${qualifier === undefined ? "" : `:${qualifier}`}`;
    const nowMs = this.#clock.nowMs();
    for (const place of this.#placesOf({ scope, functionName, invokedArn }, undefined)) {
      this.#add(place, name, nowMs, value);
    }
  }

  #concurrency(scope: Scope, functionName: string, inFlight: number): void {
    this.#add(this.#function(scope, functionName), "ConcurrentExecutions", this.#clock.nowMs(), inFlight);
  }

  #concurrencyOfAccount(scope: Scope, all: number, unreserved: number): void {
    const account = this.#account(scope);
    const nowMs = this.#clock.nowMs();
    this.#add(account, "ConcurrentExecutions", nowMs, all);
    this.#add(account, "UnreservedConcurrentExecutions", nowMs, unreserved);
  }

  /**
   * The account, the function, the function as it was named, and, called by an alias, the version that ran. On AWS the last
   * is there for aliases that split their calls; that it is here for every alias is assumed to harm nobody.
   */
  #placesOf(
    seen: { readonly scope: Scope; readonly functionName: string; readonly invokedArn: string },
    version: string | undefined,
  ): Places {
    const { scope, functionName, invokedArn } = seen;
    const key = `${scope.accountId}/${scope.region}/${invokedArn}/${version ?? ""}`;
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const qualifier = qualifierOf(invokedArn, functionName);
    const resource = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
    const byResource = { FunctionName: functionName, Resource: resource };
    const places = [
      this.#account(scope),
      this.#function(scope, functionName),
      this.#place(scope, byResource),
      ...(version !== undefined && qualifier !== undefined && isAlias(qualifier)
        ? [this.#place(scope, { ...byResource, ExecutedVersion: version })]
        : []),
    ];
    remember(this.#calls, key, places);
    return places;
  }

  #account(scope: Scope): Place {
    const key = scopeKey(scope);
    return this.#accounts.get(key) ?? remember(this.#accounts, key, this.#place(scope, {}));
  }

  #function(scope: Scope, functionName: string): Place {
    const key = `${scopeKey(scope)}/${functionName}`;
    const known = this.#functions.get(key);
    return known ?? remember(this.#functions, key, this.#place(scope, { FunctionName: functionName }));
  }

  #place({ accountId, region }: Scope, dimensions: Readonly<Record<string, string>>): Place {
    return { scope: { accountId, region }, dimensions, meters: {} };
  }

  #add(place: Place, name: LambdaMetric, atMs: number, value: number): void {
    let meter = place.meters[name];
    if (meter === undefined) {
      const { scope, dimensions } = place;
      meter = this.#buffer.meter({ scope, namespace: NAMESPACE, name, dimensions, unit: UNITS[name] });
      place.meters[name] = meter;
    }
    meter.add(atMs, value);
  }
}

function scopeKey({ accountId, region }: Scope): string {
  return `${accountId}/${region}`;
}

/** Forgets everything when there is too much of it: what is still in use comes back at once. */
function remember<T>(known: Map<string, T>, key: string, value: T): T {
  if (known.size >= METRICS_LIMITS.rememberedFunctionsMax) known.clear();
  known.set(key, value);
  return value;
}

function qualifierOf(invokedArn: string, functionName: string): string | undefined {
  const mark = invokedArn.lastIndexOf(`:${functionName}:`);
  return mark < 0 ? undefined : invokedArn.slice(mark + functionName.length + 2);
}

function isAlias(qualifier: string): boolean {
  return !qualifier.startsWith("$") && !/^\d+$/.test(qualifier);
}
