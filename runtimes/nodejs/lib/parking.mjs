/** A runtime that is started ahead of any function waits here until it is told whose it is. */
import { readSync } from "node:fs";
import { createRequire } from "node:module";
import { CONTROL_DESCRIPTOR } from "./client.mjs";

const PARKED_VARIABLE = "_LAMBKIN_PARKED";
const START = 2;
const LENGTH_BYTES = 4;
const WAIT_MS = 1;
/** What every client of AWS asks Node.js for, and many functions do: 9 ms of their cold start, for 3 MB while they wait. */
const LOADED_AHEAD = ["node:crypto", "node:https", "node:http2"];

/** Blocks the thread; returns at once in a runtime that is somebody's from the start. */
export function waitForFunction() {
  if (process.env[PARKED_VARIABLE] === undefined) return;
  const require = createRequire(import.meta.url);
  for (const name of LOADED_AHEAD) require(name);
  const frame = readFrame();
  if (frame[0] !== START) process.exit(1);
  const variables = JSON.parse(frame.toString("utf8", 1));
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) process.env[name] = value;
}

/** Its type, then its body. Blocks the thread. */
export function readFrame() {
  return read(read(LENGTH_BYTES).readUInt32BE(0));
}

/** @param {number} bytes */
function read(bytes) {
  const data = Buffer.allocUnsafe(bytes);
  for (let filled = 0; filled < bytes; ) {
    const count = readSome(data, filled);
    // Nobody needs it any more.
    if (count === 0) process.exit(0);
    filled += count;
  }
  return data;
}

/**
 * @param {Buffer} data
 * @param {number} offset
 */
function readSome(data, offset) {
  for (;;) {
    try {
      return readSync(CONTROL_DESCRIPTOR, data, offset, data.length - offset, null);
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS);
    }
  }
}
