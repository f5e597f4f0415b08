/** What Insights queries give, over events that are handed to the pipeline directly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Pipeline } from "./pipeline.ts";
import { parseQuery } from "./query.ts";
import { QueryError } from "./query-error.ts";
import { planReading } from "./reading-plan.ts";
import { Row } from "./row.ts";

const NOW_MS = Date.UTC(2026, 10, 21, 10, 2, 30, 5);

/** Newest first, as events are read; each is a second older than the one before. */
function run(text: string, messages: readonly (string | object)[], rowsMax = 1000): Record<string, string>[] {
  const { commands, descending } = planReading(parseQuery(text));
  const pipeline = new Pipeline(commands, rowsMax);
  const rows = messages.map((message, index) => {
    return new Row({
      timestampMs: NOW_MS - index * 1000,
      ingestedAtMs: NOW_MS,
      message: typeof message === "string" ? message : JSON.stringify(message),
      stream: () => "stream",
      log: "000000000000:group",
      pointer: () => `ptr${index}`,
    });
  });
  for (const row of descending ? rows : rows.reverse()) if (!pipeline.push(row)) break;
  pipeline.end();
  return pipeline.results.map((row) => Object.fromEntries(row));
}

/** The values of one column. */
function column(text: string, messages: readonly (string | object)[], name: string): (string | undefined)[] {
  return run(text, messages).map((row) => row[name]);
}

/** Of one expression on one message. */
function value(expression: string, message: string | object = ""): string | undefined {
  return column(`fields ${expression} as x`, [message], "x")[0];
}

test("without commands a query gives time, message and pointer, newest first", () => {
  assert.deepEqual(run("", ["b", "a"]), [
    { "@timestamp": "2026-11-21 10:02:30.005", "@message": "b", "@ptr": "ptr0" },
    { "@timestamp": "2026-11-21 10:02:29.005", "@message": "a", "@ptr": "ptr1" },
  ]);
  assert.deepEqual(run("fields @log, @logStream | limit 1", ["b", "a"]), [
    { "@log": "000000000000:group", "@logStream": "stream", "@ptr": "ptr0" },
  ]);
});

test("filter compares, combines and looks for texts and expressions", () => {
  const messages = [
    { level: "ERROR", n: 5, user: { name: "ann" }, ok: true },
    { level: "INFO", n: 12, user: { name: "bob" }, ok: false },
    { level: "WARN", tags: ["x", "y"] },
    "plain text with error",
  ];
  const numbers = (condition: string) =>
    run(`filter ${condition}`, messages).map((row) => Number(row["@ptr"]?.slice(3)));
  const cases: Record<string, number[]> = {
    'level = "ERROR"': [0],
    "level != 'ERROR'": [1, 2, 3],
    "n > 5": [1],
    "n >= 5 and n < 12": [0],
    "n = 5 or level = 'WARN'": [0, 2],
    "not (n = 5)": [1, 2, 3],
    "@message like 'error'": [3],
    "@message like /(?i)ERROR/": [0, 3],
    "@message like /ERROR/i": [0, 3],
    "@message =~ /^plain\\s/": [3],
    "@message not like /ann|bob/": [2, 3],
    "user.name = 'ann'": [0],
    "tags.1 = 'y'": [2],
    "level in ['ERROR', 'WARN']": [0, 2],
    "level not in ['ERROR', 'WARN']": [1, 3],
    "ispresent(n)": [0, 1],
    "not isPresent(n)": [2, 3],
    "ok = true": [0],
    "ok = 0": [1],
    "n * 2 + 2 = 12": [0],
    "n / 2 > 5 # a comment": [1],
    "strlen(@message) < 22": [3],
    "`user.name` like 'b'": [1],
  };
  for (const [condition, wanted] of Object.entries(cases)) {
    assert.deepEqual(numbers(condition), wanted, condition);
  }
});

test("functions and operators", () => {
  const cases: Record<string, string | undefined> = {
    "strlen('abc')": "3",
    "toupper('a') ": "A",
    "tolower('AB')": "ab",
    "concat('a', 1, 'b')": "a1b",
    "replace('a.b.c', '.', '-')": "a-b-c",
    "strcontains('abc', 'b')": "1",
    "substr('abcdef', 1, 2)": "bc",
    "trim('  a ')": "a",
    "ltrim('xxax', 'x')": "ax",
    "abs(-2)": "2",
    "ceil(1.2)": "2",
    "floor(-1.2)": "-2",
    "greatest(1, 3, 2)": "3",
    "coalesce(missing, 'x')": "x",
    "isempty('')": "1",
    "isblank('  ')": "1",
    "2 + 3 * 4": "14",
    "(2 + 3) * 4": "20",
    "2 ^ 3 ^ 2": "512",
    "7 % 4 - 1": "2",
    "-3 + 1": "-2",
    "1 / 0": undefined,
    "missing + 1": undefined,
    "datefloor(@timestamp, 5m)": "2026-11-21 10:00:00.000",
    "dateceil(@timestamp, 1h)": "2026-11-21 11:00:00.000",
    "bin(1m)": "2026-11-21 10:02:00.000",
    "tomillis(@timestamp)": String(NOW_MS),
    "fromMillis(0)": "1970-01-01 00:00:00.000",
    "urldecode('a%20b')": "a b",
  };
  for (const [expression, wanted] of Object.entries(cases))
    assert.equal(value(expression), wanted, expression);
});

test("stats gathers by fields and by time", () => {
  const messages = [
    { route: "/a", ms: 10 },
    { route: "/b", ms: 30 },
    { route: "/a", ms: 20 },
    { route: "/a" },
  ];
  assert.deepEqual(
    run(
      "stats count(*) as n, avg(ms), min(ms), max(ms), sum(ms), count(ms) by route | sort n desc",
      messages,
    ),
    [
      {
        route: "/a",
        n: "3",
        "avg(ms)": "15",
        "min(ms)": "10",
        "max(ms)": "20",
        "sum(ms)": "30",
        "count(ms)": "2",
      },
      {
        route: "/b",
        n: "1",
        "avg(ms)": "30",
        "min(ms)": "30",
        "max(ms)": "30",
        "sum(ms)": "30",
        "count(ms)": "1",
      },
    ],
  );
  assert.deepEqual(
    run(
      "stats count(*) by bin(1m)",
      Array.from({ length: 40 }, () => "x"),
    ),
    [
      { "bin(1m)": "2026-11-21 10:02:00.000", "count(*)": "31" },
      { "bin(1m)": "2026-11-21 10:01:00.000", "count(*)": "9" },
    ],
  );
  assert.deepEqual(
    run("stats count_distinct(route) as d, latest(ms) as l, earliest(ms) as e, stddev(ms) as s", messages),
    [{ d: "2", l: "10", e: "20", s: String(Math.sqrt(200 / 3)) }],
  );
  assert.deepEqual(run("stats pct(ms, 50) as half, median(ms) as m, sum(ms) / count(ms) as mean", messages), [
    { half: "20", m: "20", mean: "20" },
  ]);
  assert.deepEqual(run("stats count(*) as n by route | stats max(n) as most", messages), [{ most: "3" }]);
  assert.deepEqual(run("stats count(*) as n", []), [{ n: "0" }]);
  assert.deepEqual(run("stats count(*) by route | sort count(*) desc | limit 1", messages), [
    { route: "/a", "count(*)": "3" },
  ]);
});

test("percentiles of many values are within half a percent", () => {
  const messages = Array.from({ length: 30_000 }, (_, index) => ({ v: index + 1 }));
  const [row = {}] = run("stats pct(v, 99) as p99, pct(v, 50) as p50", messages);
  assert.ok(Math.abs(Number(row["p99"]) / 29_700 - 1) < 0.006);
  assert.ok(Math.abs(Number(row["p50"]) / 15_000 - 1) < 0.006);
});

test("sort orders by numbers and texts, keeps what is needed, and by time costs nothing", () => {
  const messages = Array.from({ length: 5000 }, (_, index) => ({
    n: (index * 7919) % 5000,
    s: index % 2 ? "a" : "b",
  }));
  assert.deepEqual(column("fields n | sort n desc | limit 3", messages, "n"), ["4999", "4998", "4997"]);
  assert.deepEqual(
    column(
      "fields n, s | sort s asc, n desc | limit 2",
      [
        { n: 1, s: "b" },
        { n: 2, s: "a" },
        { n: 10, s: "a" },
      ],
      "n",
    ),
    ["10", "2"],
  );
  assert.deepEqual(column("sort @timestamp asc | limit 1", ["new", "old"], "@message"), ["old"]);
  assert.deepEqual(
    planReading(parseQuery("filter a = 'b' | sort @timestamp desc | limit 5")).commands.map(
      ({ kind }) => kind,
    ),
    ["filter", "limit"],
  );
});

test("parse takes fields by stars and by named groups", () => {
  const line = "user=ann method:GET latency := 12.5 ms";
  assert.deepEqual(
    run('parse @message "user=* method:* latency := * ms" as user, method, ms | display user, method, ms', [
      line,
    ]),
    [{ user: "ann", method: "GET", ms: "12.5", "@ptr": "ptr0" }],
  );
  assert.deepEqual(
    run("parse /user=(?<who>\\w+).*:= (?<ms>[\\d.]+)/ | filter ms > 12 | display who, ms", [line, "other"]),
    [{ who: "ann", ms: "12.5", "@ptr": "ptr0" }],
  );
  assert.deepEqual(column('parse @message "latency := *" as rest', [line], "rest"), [undefined]);
  assert.deepEqual(column('parse @message "latency := *" as rest | display rest', [line], "rest"), [
    "12.5 ms",
  ]);
});

test("dedup keeps the newest of each", () => {
  assert.deepEqual(
    column("fields a, b | dedup a", [{ a: 1, b: 1 }, { a: 1, b: 2 }, { a: 2, b: 3 }, { b: 4 }], "b"),
    ["1", "3", "4"],
  );
});

test("Lambda's own lines have fields", () => {
  const id = "8f507cfc-1234-4697-b07a-ac58fc914c95";
  const report =
    `REPORT RequestId: ${id}\tDuration: 1.23 ms\tBilled Duration: 2 ms\tMemory Size: 128 MB\t` +
    "Max Memory Used: 36 MB\tInit Duration: 110.11 ms\t\n";
  assert.deepEqual(
    run(
      "filter @type = 'REPORT' | display @requestId, @duration, @billedDuration, @initDuration, @memorySize, @maxMemoryUsed / 1000 / 1000 as used",
      [report, `START RequestId: ${id} Version: 1\n`],
    ),
    [
      {
        "@requestId": id,
        "@duration": "1.23",
        "@billedDuration": "2",
        "@initDuration": "110.11",
        "@memorySize": "128000000",
        used: "36",
        "@ptr": "ptr0",
      },
    ],
  );
  const line = `2026-11-21T10:00:00.000Z\t${id}\tINFO\t{"order":{"id":7}}\n`;
  assert.deepEqual(run("display @requestId, order.id", [line]), [
    { "@requestId": id, "order.id": "7", "@ptr": "ptr0" },
  ]);
});

test("what cannot be read is refused with its place", () => {
  const cases: Record<string, string> = {
    "fields @message | nonsense": "nonsense",
    "filter level = ": "",
    "filter (a = 1": "",
    "stats a by b": "stats",
    "fields count(*)": "",
    "limit 0": "0",
    "limit x": "x",
    "fields nosuch(a)": "nosuch",
    "fields strlen()": "strlen",
    "parse @message 'a *' as b, c": "'a *'",
    "filter @message like /(/": "/(/",
    "fields @message @timestamp": "@timestamp",
    "filter a ~ 1": "~",
    [`filter ${"(".repeat(100)}a`]: "(",
  };
  for (const [text, at] of Object.entries(cases)) {
    assert.throws(
      () => parseQuery(text),
      (error) => {
        assert.ok(error instanceof QueryError, `${text}: ${error}`);
        if (at !== "") assert.equal(text.slice(error.start, error.end), at);
        return true;
      },
      text,
    );
  }
});

test("any text is either a query or refused with its place", () => {
  const piece = fc.constantFrom(
    "fields ",
    "filter ",
    "stats ",
    "a",
    "@message",
    " = ",
    "'x'",
    "/re/",
    "(",
    ")",
    "|",
    "*",
    " by ",
    "count(*)",
    ",",
    " like ",
    "5m",
    '"',
    "parse ",
    " as ",
    "sort ",
    "[",
    "]",
    "#",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      try {
        parseQuery(pieces.join(""));
      } catch (error) {
        assert.ok(error instanceof QueryError);
        assert.ok(error.start <= error.end);
      }
    }),
  );
});

test("events that cannot matter may be skipped, and only those", () => {
  const literals = (text: string) => planReading(parseQuery(text)).anyOf;
  assert.deepEqual(literals("filter @message like 'needle' | stats count(*)"), ["needle"]);
  assert.deepEqual(literals("filter level = 'ERROR' and n > 3"), ["ERROR", "\\u"]);
  assert.deepEqual(literals("filter @message like /a/ or @message like 'b'"), ["a", "b"]);
  for (const text of [
    "filter level != 'ERROR'",
    "filter @message like /a|b/",
    "filter @message like /a/i",
    "filter not (@message like 'a')",
    "filter @message like 'a' or n > 3",
    "fields 'x' as level | filter level = 'x'",
    "limit 10 | filter @message like 'a'",
    "stats count(*) by level | filter level = 'a'",
    "filter n = '5'",
    "filter user = '{\"a\":1}'",
  ]) {
    assert.equal(literals(text), undefined, text);
  }
});
