/** Pauses that double from one failure to the next. */

/** Milliseconds after the `failures`-th failure in a row, counted from one. */
export function pauseMs(failures: number, [firstMs, lastMs]: readonly [number, number]): number {
  // A power beyond this is longer than any last pause.
  return Math.min(firstMs * 2 ** Math.min(failures - 1, 30), lastMs);
}
