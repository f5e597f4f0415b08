/**
 * Length-prefixed frames on the control socket of managed runtimes: `u32 length of the rest`, `u8 type`, body
 * (big endian). The guest's side of the same wire is in `runtimes/<language>/`.
 */

/**
 * `start` is for a parked runtime or a copy, once and first: the variables of the function that it is for, as JSON. `compile` is
 * for a runtime that is to compile modules and to run nothing: a JSON list of files.
 */
export const TO_GUEST = { invoke: 1, start: 2, compile: 3 } as const;

/**
 * `fatal` is an error of the invocation after which the runtime ends itself. A response is one frame, or begin (with
 * its content type), chunks, and an end or an error. `snapshot`: initialised and ready to be copied, with JSON about that;
 * `copied`: the copy has moved to its own sandbox, whose process namespace it names. `loaded`: the files of the function's
 * modules as a JSON list, after a first response, where the runtime was asked for it; `compiled`: the name and the content of
 * one file of a compile cache; `compiledAll`: that was the last.
 */
export const FROM_GUEST = {
  ready: 1,
  response: 2,
  error: 3,
  initError: 4,
  fatal: 5,
  responseBegin: 6,
  responseChunk: 7,
  responseEnd: 8,
  snapshot: 9,
  copied: 10,
  loaded: 11,
  compiled: 12,
  compiledAll: 13,
} as const;

const LENGTH_BYTES = 4;

export interface FrameReaderOptions {
  /** Frames above this are skipped without being kept; bytes, head included. */
  readonly bytesMax: number;
  readonly onFrame: (type: number, body: Buffer) => void;
  /** A frame was too large: its type and the first bytes of its body. */
  readonly onOversized: (type: number, bodyStart: Buffer) => void;
}

/** Enough of an oversized frame to know which request it answers. */
const OVERSIZED_START_BYTES = 256;

/** Cuts a byte stream into frames; a frame that arrives in one chunk is not copied. */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  /** Bytes of an oversized frame still to be thrown away. */
  #skipBytes = 0;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    if (this.#skipBytes > 0) {
      const skipped = Math.min(this.#skipBytes, rest.length);
      this.#skipBytes -= skipped;
      rest = rest.subarray(skipped);
      if (rest.length === 0) return;
    }
    this.#chunks.push(rest);
    this.#bufferedBytes += rest.length;
    while (this.#takeFrame());
  }

  #takeFrame(): boolean {
    if (this.#bufferedBytes <= LENGTH_BYTES) return false;
    const head = this.#peek(LENGTH_BYTES + 1);
    const frameBytes = head.readUInt32BE(0);
    if (frameBytes > this.#options.bytesMax) return this.#skipOversized(frameBytes);
    if (frameBytes === 0 || this.#bufferedBytes < LENGTH_BYTES + frameBytes) {
      // A frame without a type says nothing; its length is passed over.
      if (frameBytes === 0) this.#drop(LENGTH_BYTES);
      return frameBytes === 0;
    }
    const whole = this.#peek(LENGTH_BYTES + frameBytes);
    this.#drop(LENGTH_BYTES + frameBytes);
    this.#options.onFrame(
      whole.readUInt8(LENGTH_BYTES),
      whole.subarray(LENGTH_BYTES + 1, LENGTH_BYTES + frameBytes),
    );
    return true;
  }

  #skipOversized(frameBytes: number): boolean {
    const startBytes = LENGTH_BYTES + 1 + OVERSIZED_START_BYTES;
    if (this.#bufferedBytes < startBytes) return false;
    const start = this.#peek(startBytes);
    const present = Math.min(this.#bufferedBytes, LENGTH_BYTES + frameBytes);
    this.#drop(present);
    this.#skipBytes = LENGTH_BYTES + frameBytes - present;
    this.#options.onOversized(start.readUInt8(LENGTH_BYTES), start.subarray(LENGTH_BYTES + 1, startBytes));
    return true;
  }

  /** At least the first `bytes` buffered bytes as one buffer. */
  #peek(bytes: number): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && first.length >= bytes) return first;
    const joined = Buffer.concat(this.#chunks, this.#bufferedBytes);
    this.#chunks = [joined];
    return joined;
  }

  #drop(bytes: number): void {
    let left = bytes;
    this.#bufferedBytes -= bytes;
    while (left > 0) {
      const [first] = this.#chunks;
      if (first === undefined) return;
      if (first.length <= left) {
        left -= first.length;
        this.#chunks.shift();
      } else {
        this.#chunks[0] = first.subarray(left);
        left = 0;
      }
    }
  }
}

export function startFrame(variables: Readonly<Record<string, string>>): Buffer {
  return jsonFrame(TO_GUEST.start, variables);
}

export function compileFrame(files: readonly string[]): Buffer {
  return jsonFrame(TO_GUEST.compile, files);
}

function jsonFrame(type: number, value: unknown): Buffer {
  const body = Buffer.from(JSON.stringify(value));
  const head = Buffer.alloc(LENGTH_BYTES + 1);
  head.writeUInt32BE(1 + body.length, 0);
  head.writeUInt8(type, LENGTH_BYTES);
  return Buffer.concat([head, body]);
}

/** The head of an INVOKE frame; the payload follows it on the wire as it is. */
export function invokeFrameHead(meta: string, payloadBytes: number): Buffer {
  const metaBytes = Buffer.byteLength(meta);
  const head = Buffer.allocUnsafe(LENGTH_BYTES + 1 + 4 + metaBytes);
  head.writeUInt32BE(1 + 4 + metaBytes + payloadBytes, 0);
  head.writeUInt8(TO_GUEST.invoke, LENGTH_BYTES);
  head.writeUInt32BE(metaBytes, LENGTH_BYTES + 1);
  head.write(meta, LENGTH_BYTES + 1 + 4, "utf8");
  return head;
}

/** Reads `u8 length, text` at `offset`; undefined where the bytes are not there. */
export function readShortText(body: Buffer, offset: number): { text: string; end: number } | undefined {
  if (offset >= body.length) return undefined;
  const end = offset + 1 + body.readUInt8(offset);
  if (end > body.length) return undefined;
  return { text: body.toString("latin1", offset + 1, end), end };
}
