/**
 * Loaded before a server (`node --import`), it notes the time at the borders between the stages of an invocation, one at a
 * time, and writes all into the file that BENCH_TRACE_FILE names when the server ends. It wraps methods from outside: a
 * server without it has nothing of it, not even a condition.
 */
import { writeFileSync } from "node:fs";
import { ServerResponse } from "node:http";
import { EnvironmentLog } from "../../src/dataplane/environment/environment-log.ts";
import { ParkedSandboxes } from "../../src/dataplane/environment/parked-sandboxes.ts";
import { RuntimeProcess } from "../../src/dataplane/environment/runtime-process.ts";
import { StartQueue } from "../../src/dataplane/environment/start-queue.ts";
import { ConcurrencyLedger, DataPlane, EnvironmentPool } from "../../src/dataplane/mod.ts";
import { FrameReader } from "../../src/dataplane/runtime-api/frames.ts";
import { Cgroups } from "../../src/dataplane/sandbox/cgroup.ts";
import { FrontDoor } from "../../src/gateway/mod.ts";
import { restJson } from "../../src/gateway/protocols/rest-json.ts";
import { Constraints } from "../../src/gateway/validation/constraints.ts";
import { CodeStorage, SqliteFunctionStore } from "../../src/store/mod.ts";
import { type Mark, nowNs } from "./stages.ts";

/** What it writes for each invocation: nanoseconds of the machine's monotonic clock. */
export type Marks = Partial<Record<Mark, number>>;

/** A time that is noted again replaces the first: what an init did before the invocation is not what counts. */
let current: Marks = {};
/** What the functions answered: when they were loaded and called. */
let answer: Buffer | undefined;
const calls: { readonly marks: Marks; readonly answer: Buffer | undefined }[] = [];

type Method<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];

/** `after` is when it returned, or when what it promised came. */
function around<T extends object>(
  owner: T,
  method: Method<T>,
  { before, after }: { before?: Mark; after?: Mark },
): void {
  const original = owner[method] as (...args: unknown[]) => unknown;
  Reflect.set(owner, method, function (this: unknown, ...args: unknown[]): unknown {
    if (before !== undefined) current[before] = nowNs();
    const result = Reflect.apply(original, this, args);
    if (after === undefined) return result;
    const note = (): void => {
      current[after] = nowNs();
    };
    if (result instanceof Promise) result.then(note, () => {});
    else note();
    return result;
  });
}

function noteAnswers(): void {
  const onResponse = RuntimeProcess.prototype.onResponse;
  RuntimeProcess.prototype.onResponse = function (requestId, payload): void {
    answer = Buffer.from(payload);
    onResponse.call(this, requestId, payload);
    current.answered = nowNs();
  };
  const { handle } = FrontDoor.prototype;
  FrontDoor.prototype.handle = function (incoming, response): Promise<void> {
    current = { accepted: nowNs() };
    answer = undefined;
    return handle.call(this, incoming, response);
  };
  const { end } = ServerResponse.prototype;
  ServerResponse.prototype.end = function (this: ServerResponse, ...args: unknown[]): ServerResponse {
    // The client may have the answer before the write returns.
    current.writing = nowNs();
    if (current.invoked !== undefined) calls.push({ marks: current, answer });
    // What goes on after the answer is not the call's.
    current = {};
    return Reflect.apply(end, this, args) as ServerResponse;
  };
}

function write(file: string): void {
  const whole = calls.map(({ marks, answer: of }) => ({
    ...marks,
    ...(of !== undefined && (JSON.parse(of.toString()) as Marks)),
  }));
  writeFileSync(file, JSON.stringify(whole));
}

around(restJson, "route", { before: "identified", after: "routed" });
around(restJson, "decode", { before: "bodyRead", after: "decoded" });
around(Constraints.prototype, "check", { after: "validated" });
around(SqliteFunctionStore.prototype, "find", { after: "found" });
around(DataPlane.prototype, "invoke", { before: "invoked" });
around(ConcurrencyLedger.prototype, "acquire", { after: "admitted" });
around(EnvironmentPool.prototype, "takeIdle", { after: "taken" });
around(EnvironmentPool.prototype, "create", { after: "created" });
around(CodeStorage.prototype, "merged", { after: "filed" });
around(ParkedSandboxes.prototype, "take", { after: "unparked" });
around(StartQueue.prototype, "run", { before: "queued" });
around(Cgroups.prototype, "create", { before: "placed", after: "limited" });
around(RuntimeProcess.prototype, "start", { after: "started" });
around(RuntimeProcess.prototype, "onReady", { before: "ready" });
around(RuntimeProcess.prototype, "run", { before: "running" });
around(FrameReader.prototype, "push", { before: "replied" });
around(EnvironmentLog.prototype, "flushPartial", { after: "flushed" });
around(RuntimeProcess.prototype, "peakMemoryBytes", { before: "accounted", after: "measured" });
around(ConcurrencyLedger.prototype, "release", { after: "released" });
around(restJson, "encode", { before: "returned", after: "encoded" });
noteAnswers();

const file = process.env["BENCH_TRACE_FILE"];
// Nothing that the server starts is traced.
delete process.env["NODE_OPTIONS"];
delete process.env["BENCH_TRACE_FILE"];
if (file !== undefined) process.once("exit", () => write(file));
