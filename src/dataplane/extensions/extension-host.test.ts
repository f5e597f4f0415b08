import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { ENVIRONMENT_LIMITS } from "../../config/mod.ts";
import type { PlatformFailure } from "../platform/failure-payload.ts";
import type { Extension } from "./extension.ts";
import { ExtensionHost } from "./extension-host.ts";

const identity = { functionName: "f", functionVersion: "1", handler: "h", accountId: "000000000000" };
const INVOKE = {
  eventType: "INVOKE",
  deadlineMs: 1,
  requestId: "r",
  invokedFunctionArn: "a",
  tracing: { type: "X-Amzn-Trace-Id", value: "" },
} as const;

function setUp(externals: readonly string[] = []) {
  const failures: PlatformFailure[] = [];
  const seen = { registered: 0, changes: 0 };
  const host = new ExtensionHost({
    identity,
    externals,
    report: () => {},
    onRegistered: () => seen.registered++,
    onChange: () => seen.changes++,
    onFailure: (failure) => failures.push(failure),
  });
  return { host, failures, seen };
}

function registered(host: ExtensionHost, name: string, events: readonly string[]): Extension {
  const outcome = host.register(name, events);
  assert.equal(outcome.kind, "registered");
  return (outcome as { extension: Extension }).extension;
}

/** Collects what is sent. */
function poll(extension: Extension): PassThrough {
  const response = Object.assign(new PassThrough(), { writeHead: () => {} });
  assert.ok(extension.poll(response as unknown as ServerResponse));
  return response;
}

describe("the extension host", () => {
  it("takes ten extensions and no more", () => {
    const { host } = setUp(["external"]);
    for (let at = 1; at < ENVIRONMENT_LIMITS.extensionsMax; at++)
      registered(host, `internal-${at}`, ["INVOKE"]);
    const refused = host.register("one-more", []);
    assert.deepEqual(refused, {
      kind: "refused",
      errorType: "Extension.TooManyExtensions",
      reason: "Extension limit (10) reached",
    });
  });

  it("lets the runtime start once every program has registered, and at once where there is none", () => {
    const { host, seen } = setUp(["a", "b"]);
    host.started();
    registered(host, "a", []);
    assert.equal(seen.registered, 0);
    registered(host, "b", []);
    assert.equal(seen.registered, 1);
    const { host: alone, seen: seenAlone } = setUp();
    alone.started();
    assert.equal(seenAlone.registered, 1);
  });

  it("is ready when all have asked, and busy until all that were told ask again", () => {
    const { host } = setUp(["told", "untold"]);
    const told = registered(host, "told", ["INVOKE"]);
    const untold = registered(host, "untold", ["SHUTDOWN"]);
    assert.equal(host.isReady, false);
    poll(told);
    poll(untold);
    assert.deepEqual([host.isReady, host.isBusy], [true, false]);
    host.invoke(INVOKE);
    assert.deepEqual([host.isBusy, untold.state], [true, "Ready"]);
    poll(told);
    assert.equal(host.isBusy, false);
  });

  it("keeps an event for whoever lost its connection", async () => {
    const { host } = setUp(["weak"]);
    const weak = registered(host, "weak", ["INVOKE"]);
    const lost = poll(weak);
    lost.destroy();
    await once(lost, "close");
    weak.send(INVOKE);
    const response = poll(weak);
    assert.deepEqual(JSON.parse(String(response.read())), INVOKE);
  });

  it("fails once, with what happened first; an end after the goodbye is none", () => {
    const { host, failures } = setUp(["a", "b"]);
    host.exited(0, 9);
    host.exited(1, 1);
    assert.deepEqual(failures, [{ errorType: "Extension.Crash", reason: "exit status 9" }]);
    const { host: ending, failures: none } = setUp(["a"]);
    registered(ending, "a", ["SHUTDOWN"]);
    assert.equal(ending.shutDown("spindown", 1).length, 1);
    ending.exited(0, 0);
    assert.deepEqual(none, []);
  });
});
