/** One end of a tunnel's bytes between two threads: a duplex stream, with bounds on what is on its way. */
import { Duplex } from "node:stream";
import { FRONT_LIMITS } from "../../config/mod.ts";
import type { TunnelMessage } from "./messages.ts";

export class TunnelWire extends Duplex {
  readonly #id: number;
  readonly #send: (message: TunnelMessage) => void;
  /** Sent and not yet read over there. */
  #bytesAhead = 0;
  /** Came, and lies here unread. */
  #bytesUnread = 0;
  #goOn: (() => void) | undefined;
  #isClosedThere = false;

  constructor(id: number, send: (message: TunnelMessage) => void) {
    super({ allowHalfOpen: false });
    this.#id = id;
    this.#send = send;
    // It ends as sockets end; there is nothing to be done about how.
    this.on("error", () => {});
  }

  receive(message: TunnelMessage): void {
    if (this.destroyed) return;
    switch (message[0]) {
      case "bytes":
        this.#bytesUnread += message[2].length;
        if (this.push(message[2])) this.#taken();
        break;
      case "taken":
        this.#bytesAhead -= message[2];
        if (this.#bytesAhead < FRONT_LIMITS.tunnelBytesAheadMax) this.#letGo();
        break;
      case "end":
        this.push(null);
        break;
      case "close":
        this.#isClosedThere = true;
        this.destroy();
        break;
      default:
        message satisfies never;
    }
  }

  override _read(): void {
    this.#taken();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#bytesAhead += chunk.length;
    this.#send(["bytes", this.#id, chunk]);
    if (this.#bytesAhead < FRONT_LIMITS.tunnelBytesAheadMax) done();
    else this.#goOn = done;
  }

  override _final(done: () => void): void {
    this.#send(["end", this.#id]);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isClosedThere) this.#send(["close", this.#id]);
    this.#letGo();
    done(error);
  }

  #taken(): void {
    if (this.#bytesUnread === 0) return;
    this.#send(["taken", this.#id, this.#bytesUnread]);
    this.#bytesUnread = 0;
  }

  #letGo(): void {
    const goOn = this.#goOn;
    this.#goOn = undefined;
    goOn?.();
  }
}
