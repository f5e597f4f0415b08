/** debugpy in Python functions, spoken to as an editor does. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { DebugAdapter } from "../../testkit/debug-adapter.ts";
import { createFunction, invoke, pythonZip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { TestDebugger } from "../../testkit/tunnel.ts";
import { waitFor } from "../../testkit/wait.ts";

const TIMEOUT_MS = 1000;
const SUM = `LOADED = True
def lambda_handler(event, context):
    total = event["a"] + event["b"]
    return total
`;

describe("debugging a Python function", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "sum", pythonZip(SUM), { Timeout: TIMEOUT_MS / 1000 });
  });
  after(() => server.stop());

  /** Attached, with a breakpoint; skips where debugpy cannot be had. */
  async function attached(
    query: Record<string, string>,
    line: number,
    skip: (why: string) => void,
  ): Promise<{ session: TestDebugger; adapter: DebugAdapter } | undefined> {
    let session: TestDebugger;
    try {
      session = await TestDebugger.open(server.url, { function: "sum", ...query });
    } catch (error) {
      if (!/pip could not fetch/.test((error as Error).message)) throw error;
      skip((error as Error).message);
      return undefined;
    }
    if (query["break"] === undefined) await session.ready();
    const adapter = new DebugAdapter(await session.connect());
    await adapter.call("initialize", { adapterID: "test", pathFormat: "path" });
    // It is answered only after configurationDone.
    const attaching = adapter.call("attach", { justMyCode: true });
    // Where it is refused there is no event.
    await Promise.race([adapter.event("initialized"), attaching]);
    const source = { path: `${session.news[0]?.codeFolder}/lambda_function.py` };
    await adapter.call("setBreakpoints", { source, breakpoints: [{ line }] });
    await adapter.call("configurationDone");
    await attaching;
    return { session, adapter };
  }

  it("stops at a breakpoint for longer than the function's timeout, and nobody else is held up", {
    timeout: 180_000,
  }, async (context) => {
    const debugging = await attached({}, 4, (why) => context.skip(why));
    if (debugging === undefined) return;
    const { session, adapter } = debugging;
    assert.equal(session.news[0]?.language, "python");
    const stopped = invoke(client, "sum", { a: 2, b: 3 });
    const { threadId } = await adapter.event("stopped");
    const pausedAtMs = performance.now();
    const { stackFrames } = await adapter.call("stackTrace", { threadId });
    const [frame] = stackFrames as { id: number }[];
    const { result } = await adapter.call("evaluate", { expression: "total", frameId: frame?.id });
    assert.equal(result, "5");
    assert.equal((await invoke(client, "sum", { a: 1, b: 1 })).payload, 2);
    await waitFor("the timeout to be over", () =>
      performance.now() - pausedAtMs > TIMEOUT_MS * 1.5 ? true : undefined,
    );
    await adapter.call("continue", { threadId });
    assert.equal((await stopped).payload, 5);
    adapter.close();
    session.close();
  });

  it("--break: nothing of the function is loaded before the debugger lets it", {
    timeout: 180_000,
  }, async (context) => {
    const debugging = await attached({ break: "1" }, 1, (why) => context.skip(why));
    if (debugging === undefined) return;
    const { session, adapter } = debugging;
    const { threadId, reason } = await adapter.event("stopped");
    assert.equal(reason, "breakpoint");
    await adapter.call("continue", { threadId });
    await session.ready();
    adapter.close();
    session.close();
  });

  it("says that other runtimes have none", async () => {
    const code = pythonZip("");
    await createFunction(client, "own", code, { Runtime: "provided.al2023", Handler: "x" });
    await assert.rejects(
      TestDebugger.open(server.url, { function: "own" }),
      /a debugger for Node.js and Python only, and this is provided.al2023/,
    );
  });
});
