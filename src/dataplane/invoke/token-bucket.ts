/** A rate with a burst: so many at once, then as many as time brings back. What is not used beyond its size is lost. */
export class TokenBucket {
  readonly #size: number;
  readonly #perMs: number;
  #tokens: number;
  #atMs: number;

  /** `nowMs` is monotonic, here as below. It begins full. */
  constructor(size: number, perMs: number, nowMs: number) {
    this.#size = size;
    this.#perMs = perMs;
    this.#tokens = size;
    this.#atMs = nowMs;
  }

  /** False when there is none. */
  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#tokens === this.#size;
  }

  #refill(nowMs: number): void {
    this.#tokens = Math.min(this.#size, this.#tokens + (nowMs - this.#atMs) * this.#perMs);
    this.#atMs = nowMs;
  }
}
