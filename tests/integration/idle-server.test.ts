/** What a server that is little asked for keeps out of its memory. The megabytes themselves are a row of the bench. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { lambdaClient, sqsClient } from "../../testkit/clients.ts";
import { type ServerProcess, spawnServer, temporaryFolder } from "../../testkit/server.ts";
import { waitFor } from "../../testkit/wait.ts";

/** Loaded before the server: names all that it has loaded so far, Node's own parts and files, when it gets the signal. */
const WITNESS = `
import { registerHooks } from "node:module";
const files = [];
registerHooks({ load(url, context, next) { files.push(url); return next(url, context); } });
process.on("SIGUSR2", () => console.log("loaded " + JSON.stringify([...process.moduleLoadList, ...files])));
`;

/** Starts the program that is given with a setting of V8's, which `NODE_OPTIONS` does not take. */
const TRACED = ["/bin/sh", "-c", 'program=$1; shift; exec "$program" --trace-opt "$@"', "sh"];
const COMPILED = "[compiling method";
/** What Node's own first steps may make hot before our first line runs; a start that is optimised has dozens. */
const COMPILED_BEFORE_US_MAX = 3;

/** By a part of the name; each was loaded by every start once. */
const NOT_LOADED = [
  "internal/deps/undici",
  "internal/http2",
  "internal/tls/wrap",
  "@smithy/core/dist-cjs/submodules/cbor",
  "@smithy/core/dist-cjs/submodules/event-streams",
  "@aws-sdk/core/",
  "@aws-sdk/xml-builder",
  "@aws-sdk/client-cloudwatch",
  "@aws-sdk/client-sqs",
  "@aws-sdk/client-sts",
  "@aws-sdk/client-s3",
  "node_modules/pg/",
];

describe("a server that only Lambda is asked of", () => {
  let dataDir: string;
  let server: ServerProcess;
  before(async () => {
    dataDir = await temporaryFolder();
    const witness = `data:text/javascript,${encodeURIComponent(WITNESS)}`;
    server = await spawnServer(dataDir, { NODE_OPTIONS: `--import=${witness}` });
    await lambdaClient(server.url).send(new ListFunctionsCommand({}));
  });
  after(() => stop(server, dataDir));

  it("has loaded neither Node's other clients nor what other services and protocols need", async () => {
    const loaded = await loadedBy(server);
    assert.ok(loaded.includes("NativeModule http") && loaded.some((name) => name.includes("client-lambda")));
    const tooMuch = loaded.filter((name) => NOT_LOADED.some((part) => name.includes(part)));
    assert.deepEqual(tooMuch, []);
  });

  it("loads a service when it is asked for", async () => {
    await sqsClient(server.url).send(new ListQueuesCommand({}));
    const loaded = await loadedBy(server);
    assert.ok(loaded.some((name) => name.includes("@aws-sdk/client-sqs/dist-es/schemas/")));
  });
});

describe("V8's optimising compilers", () => {
  it("leave the start alone and take up their work when it is over", async () => {
    const dataDir = await temporaryFolder();
    const server = await spawnServer(dataDir, {}, undefined, TRACED);
    try {
      const [start = ""] = server.output().split("Lambkin is ready");
      assert.ok(compilations(start) <= COMPILED_BEFORE_US_MAX, start);
      await waitFor("functions that are called often to be compiled", async () => {
        for (let call = 0; call < 50; call++) await (await fetch(`${server.url}/_lambkin/health`)).text();
        const [, afterwards = ""] = server.output().split("Lambkin is ready");
        return compilations(afterwards) > COMPILED_BEFORE_US_MAX ? true : undefined;
      });
    } finally {
      await stop(server, dataDir);
    }
  });
});

function compilations(output: string): number {
  return output.split(COMPILED).length - 1;
}

async function loadedBy(server: ServerProcess): Promise<string[]> {
  const answers = (): string[] => server.output().match(/^loaded .*$/gm) ?? [];
  const before = answers().length;
  server.child.kill("SIGUSR2");
  const answer = await waitFor("the list of what is loaded", () => answers()[before]);
  return JSON.parse(answer.slice("loaded ".length)) as string[];
}

async function stop(server: ServerProcess, dataDir: string): Promise<void> {
  server.child.kill("SIGTERM");
  await server.exited;
  await rm(dataDir, { recursive: true, force: true });
}
