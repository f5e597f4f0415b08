/** What servers of streams refuse with becomes what a reader can act on. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StreamFault } from "../eventsources/mod.ts";
import { streamFault } from "./stream-fault.ts";

describe("a refusal of a stream's server", () => {
  const named = (name: string): Error => Object.assign(new Error("as it says"), { name });

  it("tells what is missing, too old, not there any more or asked too often", () => {
    for (const [name, kind] of [
      ["ResourceNotFoundException", "missing"],
      ["ExpiredIteratorException", "expired"],
      ["TrimmedDataAccessException", "trimmed"],
      ["InvalidArgumentException", "trimmed"],
      ["ProvisionedThroughputExceededException", "busy"],
      ["LimitExceededException", "busy"],
    ] as const) {
      const fault = streamFault(named(name));
      assert.ok(fault instanceof StreamFault);
      assert.deepEqual([fault.kind, fault.message], [kind, "as it says"]);
    }
  });

  it("stays what it is where it may pass by itself", () => {
    for (const error of [named("InternalFailure"), new Error("ECONNREFUSED"), "text"]) {
      assert.equal(streamFault(error), error);
    }
  });
});
