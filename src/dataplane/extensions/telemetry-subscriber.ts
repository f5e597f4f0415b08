/**
 * One subscriber's telemetry: gathered into batches, and sent to where the extension listens. Nothing waits for it; what
 * a slow subscriber does not take is dropped and counted.
 *
 * Source of buffering and of logsDropped: "Lambda Telemetry API" page.
 */
import { connect, type Socket } from "node:net";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import { type Clock, deferred, http, type Timer } from "../../kit/mod.ts";
import { GUEST_NAMES } from "../network/hosts-file.ts";

export interface Buffering {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

export type Destination =
  | {
      readonly protocol: "HTTP";
      readonly port: number;
      readonly path: string;
      readonly method: "POST" | "PUT";
    }
  | { readonly protocol: "TCP"; readonly port: number };

export interface SubscriberOptions {
  readonly destination: Destination;
  readonly buffering: Buffering;
  /** Where the guest's ports are. */
  readonly guestAddress: string;
  readonly clock: Clock;
}

export class TelemetrySubscriber {
  readonly #options: SubscriberOptions;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  #socket: Socket | undefined;
  /** JSON texts. */
  #waiting: string[] = [];
  #waitingBytes = 0;
  #dropped = { records: 0, bytes: 0 };
  #timer: Timer | undefined;
  #isDue = false;
  #sending: Promise<void> | undefined;
  #isPaused = false;
  #isClosed = false;

  constructor(options: SubscriberOptions) {
    this.#options = options;
  }

  /** One event as JSON. */
  add(event: string): void {
    if (this.#isClosed) return;
    const bytes = Buffer.byteLength(event);
    const { maxItems, maxBytes, timeoutMs } = this.#options.buffering;
    if (this.#waitingBytes + bytes > ENVIRONMENT_LIMITS.telemetryWaitingBytesMax) {
      this.#dropped.records++;
      this.#dropped.bytes += bytes;
      return;
    }
    this.#waiting.push(event);
    this.#waitingBytes += bytes;
    if (this.#waiting.length >= maxItems || this.#waitingBytes >= maxBytes) this.#due();
    else this.#timer ??= this.#options.clock.after(timeoutMs, () => this.#due());
  }

  /** Nothing is begun while the environment is frozen. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isDue) this.#send();
  }

  /** Resolves when all that waits has been sent or given up. The environment must not be frozen. */
  async flush(): Promise<void> {
    this.#isPaused = false;
    while (!this.#isClosed && (this.#waiting.length > 0 || this.#sending !== undefined)) {
      this.#due();
      await this.#sending;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#agent.destroy();
    this.#socket?.destroy();
  }

  #due(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isDue = true;
    this.#send();
  }

  #send(): void {
    if (this.#isPaused || this.#isClosed || this.#sending !== undefined) return;
    this.#isDue = false;
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#sending = this.#deliver(batch).finally(() => {
      this.#sending = undefined;
      // A full batch may have gathered meanwhile.
      if (this.#isDue) this.#send();
    });
  }

  /** As many as the subscriber's bounds allow. */
  #takeBatch(): string[] {
    const { maxItems, maxBytes } = this.#options.buffering;
    let count = 0;
    let bytes = 0;
    for (const event of this.#waiting) {
      bytes += Buffer.byteLength(event);
      if (count > 0 && (count >= maxItems || bytes > maxBytes)) break;
      count++;
    }
    const batch = this.#waiting.splice(0, count);
    this.#waitingBytes -= batch.reduce((sum, event) => sum + Buffer.byteLength(event), 0);
    if (this.#waiting.length > 0) this.#isDue = true;
    if (this.#dropped.records > 0 && this.#waiting.length === 0) batch.push(this.#droppedEvent());
    return batch;
  }

  #droppedEvent(): string {
    const { records, bytes } = this.#dropped;
    this.#dropped = { records: 0, bytes: 0 };
    return JSON.stringify({
      time: new Date(this.#options.clock.nowMs()).toISOString(),
      type: "platform.logsDropped",
      record: {
        reason: "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.",
        droppedRecords: records,
        droppedBytes: bytes,
      },
    });
  }

  async #deliver(batch: readonly string[]): Promise<void> {
    const { clock, destination } = this.#options;
    for (let attempt = 1; attempt <= ENVIRONMENT_LIMITS.telemetryAttemptsMax; attempt++) {
      if (this.#isClosed) return;
      const isTaken =
        destination.protocol === "HTTP" ? await this.#post(destination, batch) : await this.#write(batch);
      if (isTaken) return;
      const pause = deferred<void>();
      clock.after(ENVIRONMENT_LIMITS.telemetryRetryMs, () => pause.resolve());
      await pause.promise;
    }
    this.#dropped.records += batch.length;
    this.#dropped.bytes += batch.reduce((sum, event) => sum + Buffer.byteLength(event), 0);
  }

  #post(
    { port, path, method }: Extract<Destination, { protocol: "HTTP" }>,
    batch: readonly string[],
  ): Promise<boolean> {
    const { promise, resolve } = deferred<boolean>();
    const body = Buffer.from(`[${batch.join(",")}]`);
    const post = http.request({
      agent: this.#agent,
      host: this.#options.guestAddress,
      port,
      path,
      method,
      headers: {
        Host: `${GUEST_NAMES[0]}:${port}`,
        "Content-Type": "application/json",
        "Content-Length": body.length,
      },
    });
    post.on("response", (response) => {
      response.resume();
      const status = response.statusCode ?? 500;
      response.once("close", () => resolve(status >= 200 && status < 300));
    });
    post.on("error", () => resolve(false));
    post.end(body);
    return promise;
  }

  #write(batch: readonly string[]): Promise<boolean> {
    const { promise, resolve } = deferred<boolean>();
    const socket = this.#socket ?? this.#connect();
    const text = batch.map((event) => `${event}\n`).join("");
    socket.once("close", () => resolve(false));
    socket.write(text, (error) => resolve(error === undefined || error === null));
    return promise;
  }

  #connect(): Socket {
    const socket = connect(this.#options.destination.port, this.#options.guestAddress);
    this.#socket = socket;
    socket.on("error", () => {});
    socket.once("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    socket.resume();
    return socket;
  }
}
