/**
 * What goes both ways through the tunnel of a shell or a debugger: a byte that says what it is, four that say how long it is
 * (big endian), and as many bytes.
 */

export const TUNNEL = {
  /** To the program: its input, and with no bytes the end of it. */
  input: 0,
  /** JSON `{ columns, rows }`: the terminal has another size. */
  resize: 1,
  output: 2,
  errors: 3,
  /** JSON, the last one: what has become of it. */
  end: 4,
  /** JSON: something that the other side should know. */
  news: 5,
} as const;

export type TunnelKind = (typeof TUNNEL)[keyof typeof TUNNEL];

const HEAD_BYTES = 5;
/** Longer frames are nobody's that speaks this. */
const FRAME_BYTES_MAX = 1024 * 1024;

export function tunnelFrame(kind: TunnelKind, body: Buffer | object): Buffer {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Cuts what comes through a tunnel into frames again. */
export class TunnelReader {
  readonly #onFrame: (kind: number, body: Buffer) => void;
  #rest: Buffer = Buffer.alloc(0);

  constructor(onFrame: (kind: number, body: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Throws when the other side does not speak this. */
  push(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEAD_BYTES) {
      const length = this.#rest.readUInt32BE(1);
      if (length > FRAME_BYTES_MAX) throw new Error(`a frame of ${length} bytes is longer than they may be`);
      const end = HEAD_BYTES + length;
      if (this.#rest.length < end) return;
      const kind = this.#rest.readUInt8(0);
      const body = this.#rest.subarray(HEAD_BYTES, end);
      this.#rest = this.#rest.subarray(end);
      this.#onFrame(kind, body);
    }
  }
}
