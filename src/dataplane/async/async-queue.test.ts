/** Accepted events on a real store and a real ledger of places, with functions of the test's, on a clock of the test's. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { HandClock } from "../../../testkit/hand-clock.ts";
import { observedFunction } from "../../../testkit/observations.ts";
import { temporaryFolder } from "../../../testkit/server.ts";
import { waitFor } from "../../../testkit/wait.ts";
import type { EventInvokeSetting, Invocation, InvocationOutcome, Invoker } from "../../model/mod.ts";
import { openMainDatabase, SqliteEventStore } from "../../store/mod.ts";
import { ConcurrencyLedger } from "../invoke/concurrency-ledger.ts";
import { AsyncQueue } from "./async-queue.ts";
import type { DestinationPorts } from "./destinations.ts";

const SCOPE = { accountId: "000000000000", region: "us-east-1" };
const ACCOUNT_LIMIT = 2;
const SECOND_MS = 1000;
const FAILURES = "arn:aws:sqs:us-east-1:000000000000:failures";
const DEAD = "arn:aws:sqs:us-east-1:000000000000:dead";

interface Call {
  readonly name: string;
  readonly id: string;
  succeed(): void;
  fail(error: unknown): void;
}

/** Runs last until the test ends them; places are those of the ledger. */
class FakeFunctions implements Invoker {
  readonly ledger: ConcurrencyLedger;
  readonly calls: Call[] = [];
  throttles = 0;
  fault: Error | undefined;
  faults = 0;

  constructor(ledger: ConcurrencyLedger) {
    this.ledger = ledger;
  }

  async invoke({ scope, target, requestId }: Invocation): Promise<InvocationOutcome> {
    const slot = this.ledger.acquire(scope, target.name, target.configurationId);
    if (typeof slot === "string") {
      this.throttles++;
      return { kind: "throttled", reason: slot };
    }
    if (this.fault !== undefined) {
      this.ledger.release(scope, slot);
      this.faults++;
      throw this.fault;
    }
    const ended = Promise.withResolvers<InvocationOutcome>();
    const end = (kind: "success" | "functionError", answer: unknown): void =>
      ended.resolve({ kind, payload: Buffer.from(JSON.stringify(answer)), logTail: undefined });
    this.calls.push({
      name: target.name,
      id: requestId,
      succeed: () => end("success", null),
      fail: (error) => end("functionError", error),
    });
    try {
      return await ended.promise;
    } finally {
      this.ledger.release(scope, slot);
    }
  }

  /** In the order in which they began. */
  ids(name: string): string[] {
    return this.calls.flatMap((call) => (call.name === name ? [call.id] : []));
  }
}

interface Sent {
  readonly arn: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly text: string }>>;
}

describe("the queue of accepted events", () => {
  let folder: string;
  let database: ReturnType<typeof openMainDatabase>;
  let clock: HandClock;
  let ledger: ConcurrencyLedger;
  let functions: FakeFunctions;
  let queue: AsyncQueue;
  let settings: Record<string, Partial<EventInvokeSetting>>;
  let reserved: Record<string, number>;
  let sent: Sent[];
  let sendFails: Error | undefined;
  const faults: unknown[] = [];

  beforeEach(async () => {
    folder = await temporaryFolder();
    database = openMainDatabase(path.join(folder, "lambkin.db"));
    clock = new HandClock();
    ledger = new ConcurrencyLedger(ACCOUNT_LIMIT);
    functions = new FakeFunctions(ledger);
    settings = {};
    reserved = {};
    sent = [];
    sendFails = undefined;
    faults.length = 0;
    const destinations: Pick<DestinationPorts, "sendToQueue"> = {
      sendToQueue: async (arn, body, attributes) => {
        if (sendFails !== undefined) throw sendFails;
        sent.push({ arn, body, attributes });
      },
    };
    queue = new AsyncQueue({
      ...{ clock, retryMs: 60 * SECOND_MS, store: new SqliteEventStore(database), invoker: functions },
      waitForPlace: (...place) => ledger.waitForPlace(...place),
      resolve: async (_scope, name) => ({
        target: observedFunction(name, { DeadLetterConfig: { TargetArn: DEAD } }),
        setting: settings[name] ?? {},
        shared: {
          name,
          tags: {},
          ...(reserved[name] !== undefined && { reservedConcurrency: reserved[name] }),
        },
      }),
      destinations: destinations as DestinationPorts,
      observe: () => {},
      reportFault: (error) => faults.push(error),
    });
  });
  afterEach(async () => {
    const stopped = queue.stop();
    for (const call of functions.calls) call.succeed();
    await stopped;
    database.close();
    await rm(folder, { recursive: true });
  });

  const send = (functionName: string, id: string): Promise<void> =>
    queue.accept({
      ...{
        id,
        scope: SCOPE,
        functionName,
        qualifier: undefined,
        clientContext: undefined,
        traceId: undefined,
      },
      payload: Buffer.from(JSON.stringify({ n: id })),
    });
  const until = (what: string, holds: () => boolean) => waitFor(what, () => (holds() ? true : undefined));
  const calls = (count: number) => until(`${count} calls`, () => functions.calls.length >= count);
  const gone = () => until("every event to be gone", () => queue.count === 0);
  /** Everything that can happen without time has happened. */
  const idle = async () => {
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const reserve = (name: string, places: number): void => {
    reserved[name] = places;
    ledger.setReserved(SCOPE, name, places);
  };
  /** Somebody else has a place of the function. */
  const occupy = (name: string): (() => void) => {
    const slot = ledger.acquire(SCOPE, name, `${name}-$LATEST`);
    assert.ok(typeof slot !== "string");
    return () => ledger.release(SCOPE, slot);
  };
  const letter = ({ attributes }: Sent) =>
    Object.fromEntries(Object.entries(attributes).map(([name, { text }]) => [name, text]));
  const contextOf = ({ body }: Sent) => (JSON.parse(body) as { requestContext: object }).requestContext;

  it("tries what is throttled again after one second, two, and so on up to five minutes, and gives it up at its age", async () => {
    reserve("f", 1);
    settings["f"] = { onFailure: FAILURES, maximumEventAgeSeconds: 21_600 };
    occupy("f");
    await send("f", "e");
    const waits: number[] = [];
    let tries = 1;
    await until("the first attempt", () => functions.throttles === tries);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
      await idle();
      clock.pass(seconds * SECOND_MS - 1);
      await idle();
      assert.equal(functions.throttles, tries, `not before ${seconds} s`);
      clock.pass(1);
      tries++;
      await until(`an attempt after ${seconds} s`, () => functions.throttles === tries);
      waits.push(seconds);
    }
    for (let waited = 511 + 600; queue.count > 0; waited += 300) {
      assert.ok(waited <= 21_600, "older than it may be");
      clock.pass(300 * SECOND_MS);
      tries++;
      await until("an attempt or the end", () => functions.throttles === tries || queue.count === 0);
      await idle();
    }
    assert.deepEqual(functions.calls, []);
    assert.deepEqual(sent.map(({ arn }) => arn).sort(), [DEAD, FAILURES]);
    const [dead, record] = sent as [Sent, Sent];
    assert.deepEqual(letter(dead), { RequestID: "e", ErrorCode: "429", ErrorMessage: "Rate Exceeded." });
    assert.deepEqual(contextOf(record), {
      requestId: "e",
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
      condition: "EventAgeExceeded",
      approximateInvokeCount: 0,
    });
    assert.equal("responseContext" in (JSON.parse(record.body) as object), false);
  });

  it("tries again after a fault of our own, longer each time, and gives it up at its age", async () => {
    settings["f"] = { onFailure: FAILURES, maximumEventAgeSeconds: 60 };
    functions.fault = new Error("no sandbox");
    await send("f", "e");
    for (const [attempt, seconds] of [1, 2, 4, 8, 16, 32].entries()) {
      await until("an attempt", () => functions.faults === attempt + 1);
      await idle();
      clock.pass(seconds * SECOND_MS);
    }
    await gone();
    assert.equal(functions.faults, 6);
    assert.equal(faults.length, 6);
    const [dead, record] = sent as [Sent, Sent];
    assert.equal(letter(dead)["ErrorCode"], "500");
    assert.partialDeepStrictEqual(contextOf(record), {
      condition: "EventAgeExceeded",
      approximateInvokeCount: 0,
    });
  });

  it("gives up a failed event when the next attempt would exceed its age, and tells of the failure", async () => {
    settings["f"] = { onFailure: FAILURES, maximumEventAgeSeconds: 60 };
    await send("f", "e");
    await calls(1);
    clock.pass(1);
    functions.calls[0]?.fail({ errorMessage: "no luck", errorType: "ValueError" });
    await gone();
    const [dead, record] = sent as [Sent, Sent];
    assert.deepEqual(letter(dead), { RequestID: "e", ErrorCode: "200", ErrorMessage: "no luck" });
    assert.partialDeepStrictEqual(JSON.parse(record.body), {
      requestContext: { condition: "EventAgeExceeded", approximateInvokeCount: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorMessage: "no luck" },
    });
  });

  it("waits one minute before the second attempt and two before the third", async () => {
    await send("f", "e");
    for (const [attempt, seconds] of [
      [1, 60],
      [2, 120],
    ] as const) {
      await calls(attempt);
      functions.calls.at(-1)?.fail({});
      await idle();
      clock.pass(seconds * SECOND_MS - 100);
      await idle();
      assert.equal(functions.calls.length, attempt);
      clock.pass(200);
    }
    await calls(3);
    functions.calls.at(-1)?.fail({});
    await gone();
    assert.deepEqual(functions.ids("f"), ["e", "e", "e"]);
  });

  it("runs the events of a function in the order in which they came, throttled or not", async () => {
    reserve("f", 1);
    const leave = occupy("f");
    const ids = Array.from({ length: 20 }, (_, index) => String(index));
    for (const id of ids) await send("f", id);
    await idle();
    leave();
    for (let count = 1; count <= ids.length; count++) {
      await calls(count);
      await idle();
      assert.equal(functions.calls.length, count, "one at a time");
      functions.calls.at(-1)?.succeed();
    }
    await gone();
    assert.deepEqual(functions.ids("f"), ids);
  });

  it("goes on as soon as a place is free, however long the function was throttled", async () => {
    reserve("f", 1);
    const leave = occupy("f");
    await send("f", "e");
    for (let seconds = 1; seconds < 1000; seconds *= 2) {
      await idle();
      clock.pass(Math.min(seconds, 300) * SECOND_MS);
    }
    await idle();
    assert.deepEqual(functions.calls, []);
    leave();
    await calls(1);
  });

  it("does not wait longer because others were quicker when a place became free", async () => {
    reserve("f", 1);
    let leave = occupy("f");
    await send("f", "e");
    for (let quicker = 1; quicker <= 10; quicker++) {
      await until("an attempt", () => functions.throttles === quicker);
      await idle();
      leave();
      leave = occupy("f");
    }
    await until("the last attempt", () => functions.throttles === 11);
    await idle();
    clock.pass(2 * SECOND_MS);
    await until("an attempt after two seconds", () => functions.throttles === 12);
  });

  it("goes on as soon as the function may run more at a time", async () => {
    reserve("f", 1);
    occupy("f");
    await send("f", "e");
    await idle();
    reserve("f", 2);
    await calls(1);
  });

  it("lets functions take turns for the places of the account: a backlog keeps nobody out", async () => {
    for (let n = 0; n < 100; n++) await send("busy", `busy ${n}`);
    await calls(ACCOUNT_LIMIT);
    await idle();
    for (const name of ["a", "b"]) for (let n = 0; n < 3; n++) await send(name, `${name} ${n}`);
    await idle();
    let ended = 0;
    for (; functions.ids("a").length < 3 || functions.ids("b").length < 3; ended++) {
      assert.ok(ended < 30, `after ${ended} runs: ${functions.calls.map(({ id }) => id)}`);
      functions.calls[ended]?.succeed();
      await calls(ended + 1 + ACCOUNT_LIMIT);
    }
    // And the backlog was not kept out either.
    assert.ok(functions.ids("busy").length >= ended / 3, functions.calls.map(({ id }) => id).join());
  });

  it("does not try again for a place that nobody can have", async () => {
    for (const name of ["a", "b", "c"]) for (let n = 0; n < 5; n++) await send(name, `${name} ${n}`);
    await idle();
    const { throttles } = functions;
    await idle();
    await idle();
    assert.equal(functions.throttles, throttles);
    assert.equal(functions.calls.length, ACCOUNT_LIMIT);
  });

  it("brings what could not be brought half a minute later, and does not run the function for it", async () => {
    settings["f"] = { onSuccess: FAILURES };
    sendFails = new Error("the queue cannot be reached");
    await send("f", "e");
    await calls(1);
    functions.calls[0]?.succeed();
    await until("the fault", () => faults.length === 1);
    sendFails = undefined;
    await idle();
    clock.pass(30 * SECOND_MS + 100);
    await gone();
    assert.deepEqual(sent.map(contextOf), [
      {
        requestId: "e",
        functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST",
        condition: "Success",
        approximateInvokeCount: 1,
      },
    ]);
    assert.equal(functions.calls.length, 1);
  });

  for (const [what, answer, message] of [
    ["that says nothing", {}, "null"],
    ["with a text", { errorMessage: "no luck" }, "no luck"],
    ["with a text of more than a kilobyte", { errorMessage: `${"x".repeat(1023)}é…` }, "x".repeat(1023)],
  ] as const) {
    it(`writes to the dead-letter queue what went wrong: an error ${what}`, async () => {
      settings["f"] = { maximumRetryAttempts: 0 };
      await send("f", "e");
      await calls(1);
      functions.calls[0]?.fail(answer);
      await gone();
      assert.deepEqual(sent.map(letter), [{ RequestID: "e", ErrorCode: "200", ErrorMessage: message }]);
      assert.equal(sent[0]?.body, '{"n":"e"}');
    });
  }
});
