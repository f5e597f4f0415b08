/** Where the event of an invocation comes from: an option, a file, or what is piped in. */
import { fstatSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { usageError } from "./cli-error.ts";

export interface PayloadOptions {
  readonly payload?: string;
  /** `-` is stdin. */
  readonly payloadFile?: string;
}

/** Undefined: none was given. Throws CliError when two were, or it is no JSON. */
export async function readPayload({ payload, payloadFile }: PayloadOptions): Promise<Uint8Array | undefined> {
  if (payload !== undefined && payloadFile !== undefined) {
    throw usageError("--payload and --payload-file exclude each other.");
  }
  const text = payload ?? (await readWhole(payloadFile));
  if (text === undefined || text.trim() === "") return undefined;
  try {
    JSON.parse(text);
  } catch (error) {
    throw usageError(`The payload is not JSON: ${(error as Error).message}.`);
  }
  return new TextEncoder().encode(text);
}

async function readWhole(file: string | undefined): Promise<string | undefined> {
  if (file === undefined && !isPipedIn()) return undefined;
  if (file === undefined || file === "-") return (await buffer(process.stdin)).toString("utf8");
  return readFile(file, "utf8");
}

/** A pipe or a file of a shell. Not a socket: those of other programs may never end, and `-` asks for them. */
function isPipedIn(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile();
  } catch {
    return false;
  }
}
