/**
 * Compares an answer with what is expected of it. Objects may have more members than expected, lists have exactly the
 * expected items, everything else is equal. An object with one `$` member is a matcher:
 *
 * - `{"$absent": true}`, `{"$any": true}`: is not there; is there, whatever it is
 * - `{"$matches": "…"}`: a text that the whole of the regular expression matches
 * - `{"$kind": "number"}`: what `typeof` says
 * - `{"$exactly": …}`: equal, with no further members
 * - `{"$not": …}`: there, and something else
 * - `{"$contains": […]}`: a list with each of these among its items
 * - `{"$json": …}`, `{"$base64": …}`: a text that, decoded, matches
 */

export interface Mismatch {
  /** Dotted, from `$`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

type Matcher = (wanted: unknown, actual: unknown, path: string) => Mismatch[];

const MATCHERS: Readonly<Record<string, Matcher>> = {
  $absent: (_wanted, actual, path) => (actual === undefined ? [] : [{ path, expected: "nothing", actual }]),
  $any: (_wanted, actual, path) => (actual === undefined ? [{ path, expected: "anything", actual }] : []),
  $matches: (wanted, actual, path) =>
    typeof actual === "string" && new RegExp(`^(?:${String(wanted)})$`, "s").test(actual)
      ? []
      : [{ path, expected: `text like ${String(wanted)}`, actual }],
  $kind: (wanted, actual, path) =>
    typeof actual === wanted ? [] : [{ path, expected: `a ${String(wanted)}`, actual }],
  $exactly: (wanted, actual, path) => compare(wanted, actual, path, true),
  $not: (wanted, actual, path) =>
    actual !== undefined && compare(wanted, actual, path, true).length > 0
      ? []
      : [{ path, expected: { $not: wanted }, actual }],
  $contains: (wanted, actual, path) =>
    (wanted as unknown[])
      .filter(
        (item) => !(Array.isArray(actual) && actual.some((each) => mismatches(item, each).length === 0)),
      )
      .map((item) => ({ path, expected: { $contains: item }, actual })),
  $json: (wanted, actual, path) => {
    try {
      return compare(wanted, JSON.parse(String(actual)), `${path}(json)`, false);
    } catch {
      return [{ path, expected: "JSON text", actual }];
    }
  },
  $base64: (wanted, actual, path) =>
    typeof actual === "string"
      ? compare(wanted, Buffer.from(actual, "base64").toString("utf8"), `${path}(base64)`, false)
      : [{ path, expected: "base64", actual }],
};

/** Nothing when `actual` is as expected. */
export function mismatches(expected: unknown, actual: unknown, path = "$"): Mismatch[] {
  return compare(expected, actual, path, false);
}

function compare(expected: unknown, actual: unknown, path: string, isExact: boolean): Mismatch[] {
  const matcher = matcherOf(expected);
  if (matcher !== undefined) return matcher(actual, path);
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return [{ path, expected, actual }];
    return expected.flatMap((item, index) => compare(item, actual[index], `${path}.${index}`, isExact));
  }
  if (isRecord(expected)) {
    if (!isRecord(actual)) return [{ path, expected, actual }];
    const wrong = Object.entries(expected).flatMap(([name, member]) =>
      compare(member, actual[name], `${path}.${name}`, isExact),
    );
    if (!isExact) return wrong;
    const further = Object.entries(actual)
      .filter(([name, member]) => member !== undefined && !Object.hasOwn(expected, name))
      .map(([name, member]) => ({ path: `${path}.${name}`, expected: "nothing", actual: member }));
    return [...wrong, ...further];
  }
  return Object.is(expected, actual) ? [] : [{ path, expected, actual }];
}

/** Throws for a matcher that there is not, lest a slip of the pen match everything. */
function matcherOf(expected: unknown): ((actual: unknown, path: string) => Mismatch[]) | undefined {
  if (!isRecord(expected)) return undefined;
  const [name, ...others] = Object.keys(expected);
  if (name === undefined || !name.startsWith("$") || others.length > 0) return undefined;
  const matcher = Object.hasOwn(MATCHERS, name) ? MATCHERS[name] : undefined;
  // `$LATEST` is a member of AWS's own in a few maps.
  if (matcher === undefined && /^\$[a-z]/.test(name)) throw new Error(`there is no matcher ${name}`);
  return matcher && ((actual, path) => matcher(expected[name], actual, path));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
