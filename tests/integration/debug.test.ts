/** Debuggers in functions, spoken to as an editor does: breakpoints that are hit, time that stands still, and an end. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { type ForwardedPort, forwardPort } from "../../src/cli/forward-port.ts";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, nodeZip } from "../../testkit/functions.ts";
import { Inspector } from "../../testkit/inspector.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";
import { TestDebugger } from "../../testkit/tunnel.ts";
import { waitFor } from "../../testkit/wait.ts";

const TIMEOUT_MS = 1000;
const SUM = `exports.handler = async (event) => {
  const sum = event.a + event.b;
  return { sum, pid: process.pid, memory: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE };
};
`;

describe("debugging a Node.js function", () => {
  let server: TestServer;
  let client: LambdaClient;
  before(async () => {
    server = await startTestServer();
    client = lambdaClient(server.url);
    await createFunction(client, "sum", nodeZip(SUM), { ...NODE, Timeout: TIMEOUT_MS / 1000 });
  });
  after(() => server.stop());

  async function debugged(
    query: Record<string, string>,
    use: (session: TestDebugger, port: ForwardedPort) => Promise<void>,
  ): Promise<void> {
    const session = await TestDebugger.open(server.url, { function: "sum", ...query });
    const port = await forwardPort(
      0,
      () => session.connect(),
      (error) => console.error(error),
    );
    try {
      await use(session, port);
    } finally {
      port.close();
      session.close();
    }
  }

  it("stops at a breakpoint for longer than the function's timeout, and nobody else is held up", {
    timeout: 40_000,
  }, async () => {
    await debugged({}, async (session, { port }) => {
      assert.equal(session.news[0]?.language, "nodejs");
      const inspector = await Inspector.connect(port);
      await inspector.call("Debugger.enable");
      const script = `file://${session.news[0]?.codeFolder}/index.js`;
      await waitFor("the function to be loaded", async () => {
        const { url } = await inspector.event("Debugger.scriptParsed");
        return url === script ? true : undefined;
      });
      await inspector.call("Debugger.setBreakpointByUrl", { url: script, lineNumber: 2 });
      await session.ready();
      const stopped = invoke(client, "sum", { a: 2, b: 3 });
      const { callFrames } = await inspector.event("Debugger.paused");
      const pausedAtMs = performance.now();
      const [frame] = callFrames as { callFrameId: string }[];
      const { result } = await inspector.call("Debugger.evaluateOnCallFrame", {
        callFrameId: frame?.callFrameId,
        expression: "sum",
      });
      assert.equal((result as { value: number }).value, 5);
      const others = await Promise.all([
        invoke(client, "sum", { a: 1, b: 1 }),
        invoke(client, "sum", { a: 2, b: 2 }),
      ]);
      assert.deepEqual(
        others.map(({ payload }) => (payload as { sum: number }).sum),
        [2, 4],
      );
      await waitFor("the timeout to be over", () =>
        performance.now() - pausedAtMs > TIMEOUT_MS * 1.5 ? true : undefined,
      );
      await inspector.call("Debugger.resume");
      const { payload, functionError, log } = await stopped;
      assert.equal(functionError, undefined);
      assert.equal((payload as { sum: number }).sum, 5);
      assert.match(log, /Billed Duration: 1[5-9]\d\d|Billed Duration: [2-9]\d{3}/);
      inspector.close();
    });
  });

  it("--break: nothing of the function is loaded before the debugger lets it", {
    timeout: 40_000,
  }, async () => {
    await debugged({ break: "1" }, async (session, { port }) => {
      const inspector = await Inspector.connect(port);
      await inspector.call("Debugger.enable");
      const url = `file://${session.news[0]?.codeFolder}/index.js`;
      const { breakpointId } = await inspector.call("Debugger.setBreakpointByUrl", { url, lineNumber: 0 });
      await inspector.call("Runtime.runIfWaitingForDebugger");
      // The first line of all, then the function's own first line.
      await inspector.event("Debugger.paused");
      await inspector.call("Debugger.resume");
      const { hitBreakpoints } = await inspector.event("Debugger.paused");
      assert.deepEqual(hitBreakpoints, [breakpointId]);
      await inspector.call("Debugger.resume");
      inspector.close();
    });
  });

  it("lets the timeout run again when the session ends in the middle of a call", {
    timeout: 40_000,
  }, async () => {
    let stopped: ReturnType<typeof invoke> | undefined;
    const slow =
      "exports.handler = async () => { debugger; await new Promise((r) => setTimeout(r, 60000)); };";
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: "sum", ZipFile: nodeZip(slow) }));
    await debugged({}, async (session, { port }) => {
      const inspector = await Inspector.connect(port);
      await inspector.call("Debugger.enable");
      await session.ready();
      stopped = invoke(client, "sum");
      await inspector.event("Debugger.paused");
    });
    assert.match(JSON.stringify((await stopped)?.payload), /Task timed out after 1.00 seconds/);
    await waitFor("the debugger's environment to be gone", async () => {
      const { environments } = (await (await fetch(`${server.url}/_lambkin/health`)).json()) as {
        environments: { alive: number };
      };
      return environments.alive === 0 ? true : undefined;
    });
  });

  it("goes on with new code when the function is updated", { timeout: 40_000 }, async () => {
    await debugged({}, async (session, { port }) => {
      await client.send(new UpdateFunctionCodeCommand({ FunctionName: "sum", ZipFile: nodeZip(SUM) }));
      await session.ready(2);
      const inspector = await Inspector.connect(port);
      await inspector.call("Debugger.enable");
      const url = `file://${session.news[0]?.codeFolder}/index.js`;
      await inspector.call("Debugger.setBreakpointByUrl", { url, lineNumber: 2 });
      const stopped = invoke(client, "sum", { a: 20, b: 3 });
      await inspector.event("Debugger.paused");
      await inspector.call("Debugger.resume");
      inspector.close();
      assert.equal(((await stopped).payload as { sum: number }).sum, 23);
    });
  });
});
