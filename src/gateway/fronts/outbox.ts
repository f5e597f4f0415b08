/**
 * Messages for another thread, all of one turn of the event loop as one copy of bytes: one wake-up instead of many. Made by V8's
 * serializer and not left to the port, which would copy the 64 KiB that a buffer of a few bytes is cut from.
 */
import { deserialize, serialize } from "node:v8";

export interface Port {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
}

export class Outbox<Message> {
  readonly #port: Port;
  readonly #refused: (message: Message, error: unknown) => void;
  #waiting: Message[] = [];

  /** `refused` gets a message that cannot be copied. */
  constructor(port: Port, refused: (message: Message, error: unknown) => void) {
    this.#port = port;
    this.#refused = refused;
  }

  /** Messages arrive in the order in which they were sent. */
  send(message: Message): void {
    // After what this turn still reads: whatever is answered by then goes along.
    if (this.#waiting.push(message) === 1) setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    const batch = this.#waiting;
    this.#waiting = [];
    let bytes: Buffer | undefined;
    try {
      bytes = serialize(batch);
    } catch {
      // One of them; the others are not to suffer.
    }
    if (bytes !== undefined) this.#post(bytes);
    else for (const message of batch) this.#alone(message);
  };

  #alone(message: Message): void {
    let bytes: Buffer;
    try {
      bytes = serialize([message]);
    } catch (error) {
      this.#refused(message, error);
      return;
    }
    this.#post(bytes);
  }

  #post(bytes: Buffer): void {
    const memory = bytes.buffer as ArrayBuffer;
    this.#port.postMessage(memory, [memory]);
  }
}

/** The messages of one post. */
export function unpacked<Message>(memory: ArrayBuffer): Message[] {
  return deserialize(Buffer.from(memory)) as Message[];
}
