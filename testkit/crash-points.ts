/**
 * Loaded before a server (`NODE_OPTIONS=--import=…`), it kills the server at a named point: CRASH_AT is
 * `<point>:<before|after>:<n>`, at the n-th time that the point is passed. It wraps methods from outside: a server without
 * it has nothing of it.
 */
import { AsyncQueue, DataPlane } from "../src/dataplane/mod.ts";
import { FrontDoor } from "../src/gateway/mod.ts";
import { Sqs } from "../src/services/sqs/mod.ts";
import { SqliteEventStore, SqliteQueueStore } from "../src/store/mod.ts";

const POINTS = {
  eventsCommitted: [SqliteEventStore.prototype, "commit"],
  eventAccepted: [AsyncQueue.prototype, "accept"],
  invoked: [DataPlane.prototype, "invoke"],
  queuesCommitted: [SqliteQueueStore.prototype, "commit"],
  resultSent: [Sqs.prototype, "sendText"],
  requestServed: [FrontDoor.prototype, "handle"],
} as const;

export const CRASH_POINTS = Object.keys(POINTS) as readonly (keyof typeof POINTS)[];

type Call = (this: unknown, ...args: unknown[]) => unknown;

function arm(setting: string): void {
  const [name = "", side, count] = setting.split(":");
  const point = POINTS[name as keyof typeof POINTS];
  if (point === undefined) throw new Error(`CRASH_AT=${setting}: no such point`);
  const [owner, method] = point as unknown as [Record<string, Call>, string];
  const original = owner[method];
  if (original === undefined) throw new Error(`CRASH_AT=${setting}: nothing is called ${method}`);
  let left = Number(count);
  const die = (): void => {
    if (--left === 0) process.kill(process.pid, "SIGKILL");
  };
  owner[method] = function (...args) {
    if (side === "before") die();
    const result = original.apply(this, args);
    if (side !== "after") return result;
    if (result instanceof Promise) return result.finally(die);
    die();
    return result;
  };
}

const setting = process.env["CRASH_AT"];
if (setting !== undefined) arm(setting);
