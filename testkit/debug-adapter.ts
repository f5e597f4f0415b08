/** A small client of the Debug Adapter Protocol, as far as tests drive debugpy with it. */
import type { Duplex } from "node:stream";

interface Message {
  readonly type: "request" | "response" | "event";
  readonly request_seq?: number;
  readonly success?: boolean;
  readonly message?: string;
  readonly event?: string;
  readonly body?: Record<string, unknown>;
}

const CLOSED: Message = { type: "response", success: false, message: "the connection is closed" };

export class DebugAdapter {
  readonly #socket: Duplex;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #events: Message[] = [];
  #wake: () => void = () => {};
  #calls = 0;
  #isClosed = false;
  #rest = Buffer.alloc(0);

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#isClosed = true;
      for (const answer of this.#answers.values()) answer(CLOSED);
      this.#wake();
    });
    socket.on("data", (chunk: Buffer) => this.#hear(chunk));
  }

  /** Rejects when it is refused. */
  async call(command: string, args: object = {}): Promise<Record<string, unknown>> {
    const seq = ++this.#calls;
    const answer = new Promise<Message>((resolve) => {
      if (this.#isClosed) resolve(CLOSED);
      else this.#answers.set(seq, resolve);
    });
    const text = JSON.stringify({ seq, type: "request", command, arguments: args });
    this.#socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    const { success, message, body } = await answer;
    if (success !== true) throw new Error(`${command}: ${message}`);
    return body ?? {};
  }

  /** The next event of this name that nobody has had yet. Rejects when the connection is closed before. */
  async event(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.#events.findIndex(({ event }) => event === name);
      if (at >= 0) return this.#events.splice(at, 1)[0]?.body ?? {};
      if (this.#isClosed) {
        const heard = JSON.stringify(this.#events).slice(-2000);
        throw new Error(`the connection was closed before the event ${name}; heard besides: ${heard}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const end = this.#rest.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#rest.toString("latin1", 0, end))?.[1]);
      const from = end + 4;
      if (this.#rest.length < from + length) return;
      const message = JSON.parse(this.#rest.toString("utf8", from, from + length)) as Message;
      this.#rest = this.#rest.subarray(from + length);
      if (message.type === "response") this.#answers.get(message.request_seq ?? 0)?.(message);
      else {
        this.#events.push(message);
        this.#wake();
      }
    }
  }
}
