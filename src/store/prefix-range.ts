/** Search by the start of a name. */

/** Bounds of the names that start with `prefix`, for `name >= lower AND name < upper` on an index. */
export function prefixRange(prefix: string): [lower: string, upper: string] {
  return [prefix, `${prefix}\u{10FFFF}`];
}
