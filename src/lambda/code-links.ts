/** Links that download a function's zip for a while: `Code.Location` of GetFunction. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { LAMBDA_LIMITS } from "../config/mod.ts";
import type { Clock } from "../kit/mod.ts";

export const CODE_LINK_PREFIX = "/_lambkin/code/";

export class CodeLinks {
  readonly #secret: Buffer;
  readonly #clock: Clock;

  /** `secret` stays the same over restarts, so that links do. */
  constructor(secret: Buffer, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  /** Valid for ten minutes, as AWS's presigned links are. */
  link(baseUrl: string, codeSha256: string): string {
    const claim = `${Buffer.from(codeSha256, "base64").toString("hex")}.${this.#clock.nowMs() + LAMBDA_LIMITS.codeLocationMs}`;
    return `${baseUrl}${CODE_LINK_PREFIX}${claim}.${this.#sign(claim).toString("hex")}`;
  }

  /** The code's SHA-256 (base64) that a path leads to; undefined when it is forged or has expired. */
  open(path: string): string | undefined {
    const match = /^([0-9a-f]{64})\.(\d{1,16})\.([0-9a-f]{64})$/.exec(path.slice(CODE_LINK_PREFIX.length));
    if (match === null) return undefined;
    const [, sha256 = "", expiresAtMs = "", signature = ""] = match;
    const expected = this.#sign(`${sha256}.${expiresAtMs}`);
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) return undefined;
    if (this.#clock.nowMs() > Number(expiresAtMs)) return undefined;
    return Buffer.from(sha256, "hex").toString("base64");
  }

  #sign(claim: string): Buffer {
    return createHmac("sha256", this.#secret).update(claim).digest();
  }
}
