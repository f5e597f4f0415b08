/** What the log store keeps, in which order it gives it back, and what it lets go. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, test } from "node:test";
import { LOGS_LIMITS } from "../../config/mod.ts";
import { systemClock } from "../../kit/mod.ts";
import type { LogEventQuery } from "../log-store.ts";
import { LOG_MIGRATIONS } from "./log-schema.ts";
import { newGroup, SqliteLogStore } from "./log-store.ts";
import { migrate } from "./migrate.ts";
import { ThreadedLogStore } from "./threaded-log-store.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const DAY_MS = 24 * 60 * 60 * 1000;
const NOW_MS = 1_800_000_000_000;
/** Every message of a test that counts bytes is ten long. */
const EVENT_BYTES = 10 + LOGS_LIMITS.eventOverheadBytes;

type Options = { storedBytesMax?: number };

describe("the log store", () => promises((file, options) => new SqliteLogStore(file, options)));
describe("the log store with its writing in a thread", () =>
  promises((file, options) => new ThreadedLogStore(file, systemClock, options)));

function promises(open: (file: string, options?: Options) => SqliteLogStore | ThreadedLogStore): void {
  let folder: string;
  let store: SqliteLogStore | ThreadedLogStore;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "lambkin-log-store-"));
    store = open(path.join(folder, "logs.db"));
  });

  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  function ref(stream: string, group = "g") {
    // Streams are named by whole contexts of requests and the like, which have functions in them.
    return { ...SCOPE, group, stream, whenGone: () => {} };
  }

  function add(
    stream: string,
    events: readonly (readonly [timestampMs: number, message: string])[],
    group = "g",
  ) {
    const written = events.map(([timestampMs, message]) => ({ timestampMs, message }));
    return store.append([{ stream: ref(stream, group), events: written }], NOW_MS);
  }

  async function read(query: Partial<LogEventQuery> = {}, group = "g") {
    const all = { descending: false, limit: 10_000, bytesMax: 1e9, scanEventsMax: 1e9 };
    return store.queryEvents(SCOPE, group, { ...all, ...query });
  }

  async function messages(query: Partial<LogEventQuery> = {}, group = "g"): Promise<string[]> {
    return (await read(query, group)).events.map((event) => event.message);
  }

  async function bytesOf(group = "g"): Promise<number | undefined> {
    return (await store.findGroup(SCOPE, group))?.storedBytes;
  }

  test("a first event makes its group and stream, whose times and bytes follow the events", async () => {
    await add("s", [
      [NOW_MS, "later"],
      [NOW_MS - 5, "é"],
    ]);
    await add("s", [[NOW_MS - 2, "between"]]);
    assert.deepEqual(await store.findStream(ref("s")), {
      name: "s",
      createdAtMs: NOW_MS,
      firstEventMs: NOW_MS - 5,
      lastEventMs: NOW_MS,
      lastIngestionMs: NOW_MS,
    });
    assert.equal(await bytesOf(), 5 + 2 + 7 + 3 * LOGS_LIMITS.eventOverheadBytes);
  });

  test("groups and streams are made once, are kept by scope, and are not there when they are not", async () => {
    assert.equal(await store.createGroup(SCOPE, newGroup("g", 1)), true);
    assert.equal(await store.createGroup(SCOPE, newGroup("g", 2)), false);
    assert.equal(await store.createGroup({ ...SCOPE, region: "eu-west-1" }, newGroup("g", 3)), true);
    assert.equal(await store.createStream(ref("s"), 1), true);
    assert.equal(await store.createStream(ref("s"), 1), false);
    assert.equal(await store.createStream(ref("s", "none"), 1), false);
    assert.equal(await store.findStream({ ...ref("s"), region: "eu-west-1" }), undefined);
    assert.equal(await store.deleteStream(ref("none")), false);
    assert.equal(await store.deleteGroup(SCOPE, "none"), false);
    assert.equal(await store.updateGroup(SCOPE, "none", () => ({})), false);
    assert.deepEqual((await read({}, "none")).events, []);
  });

  test("settings of a group change one by one and survive a restart", async () => {
    await store.createGroup(SCOPE, newGroup("g", 1));
    await store.updateGroup(SCOPE, "g", () => ({ retentionDays: 7 }));
    await store.updateGroup(SCOPE, "g", ({ tags }) => ({ tags: { ...tags, team: "red" } }));
    await store.updateGroup(SCOPE, "g", () => ({ isDeletionProtected: true }));
    await store.close();
    store = open(path.join(folder, "logs.db"));
    const group = await store.findGroup(SCOPE, "g");
    assert.deepEqual(group, {
      ...newGroup("g", 1),
      retentionDays: 7,
      tags: { team: "red" },
      isDeletionProtected: true,
    });
    await store.updateGroup(SCOPE, "g", () => ({ retentionDays: undefined }));
    assert.equal((await store.findGroup(SCOPE, "g"))?.retentionDays, undefined);
  });

  test("groups are listed by name, by prefix, by a part that counts case, by class, and after a name", async () => {
    for (const name of ["/aws/lambda/b", "/aws/lambda/a", "aws_x", "Other"]) {
      await store.createGroup(SCOPE, newGroup(name, 1));
    }
    await store.createGroup(SCOPE, { ...newGroup("rare", 1), logGroupClass: "INFREQUENT_ACCESS" });
    const names = async (query: object) =>
      (await store.listGroups(SCOPE, { limit: 10, ...query })).map((group) => group.name);
    assert.deepEqual(await names({}), ["/aws/lambda/a", "/aws/lambda/b", "Other", "aws_x", "rare"]);
    assert.deepEqual(await names({ prefix: "/aws/lambda/" }), ["/aws/lambda/a", "/aws/lambda/b"]);
    assert.deepEqual(await names({ prefix: "aws_" }), ["aws_x"]);
    assert.deepEqual(await names({ contains: "ther" }), ["Other"]);
    assert.deepEqual(await names({ contains: "other" }), []);
    assert.deepEqual(await names({ logGroupClass: "INFREQUENT_ACCESS" }), ["rare"]);
    assert.deepEqual(await names({ afterName: "/aws/lambda/a", limit: 2 }), ["/aws/lambda/b", "Other"]);
  });

  test("streams are listed by name or last event, in both directions, page by page", async () => {
    await add("b", [[30, "x"]]);
    await add("a", [[20, "x"]]);
    await add("c", [[30, "x"]]);
    await store.createStream(ref("empty"), 1);
    const names = async (query: object) =>
      (await store.listStreams(SCOPE, "g", { orderBy: "name", descending: false, limit: 10, ...query })).map(
        (stream) => stream.name,
      );
    assert.deepEqual(await names({}), ["a", "b", "c", "empty"]);
    assert.deepEqual(await names({ descending: true, after: { name: "c", lastEventMs: 0 } }), ["b", "a"]);
    assert.deepEqual(await names({ prefix: "em" }), ["empty"]);
    assert.deepEqual(await names({ orderBy: "lastEvent" }), ["empty", "a", "b", "c"]);
    assert.deepEqual(await names({ orderBy: "lastEvent", descending: true, limit: 2 }), ["c", "b"]);
    const after = { name: "b", lastEventMs: 30 };
    assert.deepEqual(await names({ orderBy: "lastEvent", descending: true, after }), ["a", "empty"]);
  });

  test("events of all streams come in the order of time, those of one moment in the order of arrival", async () => {
    await add("s1", [
      [10, "first"],
      [30, "fourth"],
    ]);
    await add("s2", [
      [20, "second"],
      [30, "fifth"],
    ]);
    await add("s1", [[20, "third"]]);
    const inOrder = ["first", "second", "third", "fourth", "fifth"];
    assert.deepEqual(await messages(), inOrder);
    assert.deepEqual(await messages({ descending: true }), inOrder.toReversed());
    assert.deepEqual(await messages({ fromMs: 20, untilMs: 30 }), ["second", "third"]);
    assert.deepEqual(await messages({ fromMs: 20, untilMs: 30, descending: true }), ["third", "second"]);
  });

  test("pages follow one another without gap or repetition, in both directions, among events of one moment too", async () => {
    for (let index = 0; index < 10; index++) await add(`s${index % 3}`, [[100 + (index >> 2), `m${index}`]]);
    for (const descending of [false, true]) {
      const seen: string[] = [];
      let after: LogEventQuery["after"];
      for (let pages = 0; pages < 10; pages++) {
        const page = await read({ descending, limit: 3, after });
        seen.push(...page.events.map((event) => event.message));
        after = page.next;
        if (after === undefined) break;
      }
      const all = Array.from({ length: 10 }, (_, index) => `m${index}`);
      assert.deepEqual(seen, descending ? all.toReversed() : all);
    }
  });

  test("a place outside the asked time does not widen it", async () => {
    await add("s", [
      [10, "a"],
      [20, "b"],
      [30, "c"],
    ]);
    const early = { timestampMs: 1, sequence: 1 };
    const late = { timestampMs: 99, sequence: 1 };
    assert.deepEqual(await messages({ fromMs: 20, after: early }), ["b", "c"]);
    assert.deepEqual(await messages({ untilMs: 30, after: late, descending: true }), ["b", "a"]);
  });

  test("some streams are read alone or merged, many through the group, by name or by prefix", async () => {
    const names = Array.from({ length: 60 }, (_, index) => `${index % 2 ? "odd" : "even"}/${index}`);
    for (const [index, name] of names.entries()) await add(name, [[1000 - index, name]]);
    const odd = names.filter((name) => name.startsWith("odd"));
    assert.deepEqual(await messages({ streams: ["even/4"] }), ["even/4"]);
    assert.deepEqual(await messages({ streams: ["even/4", "odd/7", "even/4", "none"] }), ["odd/7", "even/4"]);
    assert.deepEqual(await messages({ streams: ["none"] }), []);
    assert.deepEqual(await messages({ streams: odd }), odd.toReversed());
    assert.deepEqual(await messages({ streamPrefix: "odd/" }), odd.toReversed());
    assert.deepEqual(await messages({ streamPrefix: "odd/", descending: true, limit: 2 }), [
      "odd/1",
      "odd/3",
    ]);
    assert.deepEqual(await messages({ streamPrefix: "odd/", fromMs: 998 }), ["odd/1"]);
  });

  test("a page ends at its bytes but has at least one event, and at its scan even when it has none", async () => {
    await add("s", [
      [1, "x".repeat(500)],
      [2, "y"],
      [3, "z"],
    ]);
    const big = await read({ bytesMax: 100 });
    assert.deepEqual([big.events.length, big.next?.timestampMs], [1, 1]);
    const small = await read({ bytesMax: 100, after: big.next });
    assert.deepEqual([small.events.length, small.next], [2, undefined]);
    const searched = await read({ matches: (message) => message === "z", scanEventsMax: 2 });
    assert.deepEqual([searched.events.length, searched.next?.timestampMs], [0, 2]);
    assert.deepEqual(await messages({ matches: (message) => message === "z", after: searched.next }), ["z"]);
  });

  test("a search goes on over many slices", async () => {
    const events = Array.from({ length: 5000 }, (_, index) => [index, `m${index}`] as const);
    await add("s", events);
    assert.deepEqual(await messages({ matches: (message) => message.endsWith("999") }), [
      "m999",
      "m1999",
      "m2999",
      "m3999",
      "m4999",
    ]);
    assert.equal((await messages({ descending: true })).length, 5000);
  });

  test("messages come back as they were, newlines, zero bytes and all", async () => {
    const odd = ["", "a\nb\r\n", "zero \0 byte", "😀 ünï", "'; DROP TABLE events; --"];
    await add(
      "s",
      odd.map((message, index) => [index, message]),
    );
    assert.deepEqual(await messages(), odd);
  });

  test("a deleted group is gone at once, its name is free, and its events go with it", async () => {
    await add("s", [[NOW_MS, "old"]]);
    await add("s", [[NOW_MS, "ten bytes."]], "other");
    assert.equal(await store.deleteGroup(SCOPE, "g"), true);
    assert.equal(await store.findGroup(SCOPE, "g"), undefined);
    await add("s", [[NOW_MS, "new"]]);
    assert.deepEqual(await messages(), ["new"]);
    assert.equal(await store.enforceBounds(NOW_MS, 1e9), 0);
    assert.deepEqual(await messages(), ["new"]);
    assert.deepEqual(await messages({}, "other"), ["ten bytes."]);
  });

  test("a delete cut short by the end of the process goes on at the next start", async () => {
    const file = path.join(folder, "logs.db");
    await add(
      "s",
      Array.from({ length: 9000 }, (_, index) => [index, "ten bytes."]),
    );
    await store.deleteGroup(SCOPE, "g");
    await store.close();
    store = open(file);
    await store.enforceBounds(NOW_MS, 1e9);
    await add("s", [[1, "again"]]);
    assert.deepEqual(await messages(), ["again"]);
    assert.equal(await bytesOf(), 5 + LOGS_LIMITS.eventOverheadBytes);
  });

  test("a deleted stream takes its events and bytes along and leaves the others", async () => {
    await add("s1", [[1, "ten bytes."]]);
    await add("s2", [[2, "ten bytes;"]]);
    assert.equal(await store.deleteStream(ref("s1")), true);
    await store.enforceBounds(NOW_MS, 1e9);
    assert.deepEqual(await messages(), ["ten bytes;"]);
    assert.equal(await bytesOf(), EVENT_BYTES);
    await add("s1", [[3, "ten bytes!"]]);
    assert.deepEqual(await messages({ streams: ["s1"] }), ["ten bytes!"]);
  });

  test("retention drops the events of its group that are older than its days", async () => {
    await add("s", [
      [NOW_MS - 3 * DAY_MS - 1, "old bytes."],
      [NOW_MS - 3 * DAY_MS, "ten bytes."],
    ]);
    await add("s", [[NOW_MS - 900 * DAY_MS, "forever"]], "unlimited");
    await store.updateGroup(SCOPE, "g", () => ({ retentionDays: 3 }));
    assert.equal(await store.enforceBounds(NOW_MS, 1e9), 1);
    assert.deepEqual(await messages(), ["ten bytes."]);
    assert.equal(await bytesOf(), EVENT_BYTES);
    assert.deepEqual(await messages({}, "unlimited"), ["forever"]);
  });

  test("beyond the bound the events that came first go, whatever their group", async () => {
    await store.close();
    store = open(path.join(folder, "small.db"), { storedBytesMax: 3000 * EVENT_BYTES });
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => [index, "ten bytes."] as const);
    await add("s", many(2500), "first");
    await add("s", many(2500), "second");
    const [first = 0, second = 0] = [await bytesOf("first"), await bytesOf("second")];
    assert.equal(first + second, 3000 * EVENT_BYTES);
    assert.equal(first, 500 * EVENT_BYTES);
    assert.equal((await messages({}, "first")).length, 500);
    assert.equal(await store.enforceBounds(NOW_MS, 0), 3000);
    assert.equal(await bytesOf("second"), 0);
  });

  test("a database of the first schema keeps its groups, streams and events", async () => {
    const file = path.join(folder, "first.db");
    const db = new DatabaseSync(file);
    migrate(db, LOG_MIGRATIONS.slice(0, 1));
    db.exec(
      `INSERT INTO groups (account, region, name, created_ms, class, tags, stored_bytes)
       VALUES ('000000000000', 'us-east-1', 'g', 5, 'STANDARD', '{}', ${EVENT_BYTES});
     INSERT INTO streams (group_id, name, created_ms, first_ms, last_ms, last_ingestion_ms) VALUES (1, 's', 5, 7, 7, 8);
     INSERT INTO streams (group_id, name, created_ms) VALUES (1, 'empty', 6);
     INSERT INTO events (group_id, stream_id, time_ms, ingested_ms, message) VALUES (1, 1, 7, 8, 'ten bytes.');`,
    );
    db.close();
    await store.close();
    store = open(file);
    assert.deepEqual(await messages({ streams: ["s", "empty"] }), ["ten bytes."]);
    assert.equal((await store.findStream(ref("empty")))?.lastEventMs, undefined);
    await add("s", [[9, "ten bytes!"]]);
    assert.equal(await bytesOf(), 2 * EVENT_BYTES);
    assert.equal((await store.findStream(ref("s")))?.firstEventMs, 7);
  });

  test("a batch that cannot be stored as a whole is not stored at all", async () => {
    const broken = { timestampMs: 2, message: null as unknown as string };
    const batch = [
      { stream: ref("made"), events: [{ timestampMs: 1, message: "fine" }] },
      { stream: ref("s"), events: [broken] },
    ];
    await assert.rejects(store.append(batch, NOW_MS));
    assert.equal(await store.findGroup(SCOPE, "g"), undefined);
    await add("made", [[3, "after"]]);
    assert.deepEqual(await messages(), ["after"]);
  });
}
