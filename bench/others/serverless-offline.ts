/** serverless-offline, called as Lambda: its handlers run in threads of its own process, or in its own thread. */
import { writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import path from "node:path";
import { startProgram } from "../program.ts";
import { post } from "../raw-http-client.ts";
import { installed } from "./install.ts";
import type { Other } from "./other.ts";

/** The last that works with a Serverless Framework that needs no account; 14 needs version 4, which does. */
const VERSION = "13.10.1";
const FRAMEWORK_VERSION = "3.40.0";

const HANDLER = "exports.handler = async (event) => event;\n";
const ECHO = "echo";

/** `firstCalls` functions more than the one for warm calls. Rejects when it cannot be installed or started. */
export async function startServerlessOffline(
  body: string,
  firstCalls: number,
  mode: "threads" | "in process",
): Promise<Other> {
  const folder = await installed("serverless-offline", {
    serverless: FRAMEWORK_VERSION,
    "serverless-offline": VERSION,
  });
  const cold = Array.from({ length: firstCalls }, (_, index) => `cold${index}`);
  // A module each: in one process a second function would find the first one's loaded.
  for (const name of [ECHO, ...cold]) await writeFile(path.join(folder, `${name}.js`), HANDLER);
  await writeFile(path.join(folder, "serverless.yml"), serviceOf([ECHO, ...cold]));
  const port = await freePort();
  const { stop } = await startProgram(process.execPath, {
    args: [
      "node_modules/serverless/bin/serverless.js",
      ...["offline", "start", "--host", "127.0.0.1", "--lambdaPort", String(port)],
      ...(mode === "in process" ? ["--useInProcess"] : []),
    ],
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      // It writes a file of its own there.
      HOME: folder,
      SLS_TELEMETRY_DISABLED: "1",
      SLS_NOTIFICATIONS_MODE: "off",
      SLS_INTERACTIVE_SETUP_ENABLE: "0",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    },
    readyDescriptor: 2,
    ready: (line) => (line.includes(`:${port}`) ? port : undefined),
  });
  const call = (name: string): Buffer => post(`/2015-03-31/functions/bench-dev-${name}/invocations`, body);
  return {
    name: `serverless-offline ${VERSION}, ${mode} (no isolation)`,
    port,
    request: call(ECHO),
    firstRequests: cold.map(call),
    stop,
  };
}

function serviceOf(functions: readonly string[]): string {
  return [
    "service: bench",
    'frameworkVersion: "3"',
    "provider:\n  name: aws\n  runtime: nodejs20.x",
    "plugins:\n  - serverless-offline",
    "functions:",
    ...functions.map((name) => `  ${name}:\n    handler: ${name}.handler`),
    "",
  ].join("\n");
}

/** Free a moment ago; the program takes no port 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
