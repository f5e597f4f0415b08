/** AWS_LAMBDA_EXEC_WRAPPER: a script of the function's own that starts its managed runtime. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { lambdaClient } from "../../testkit/clients.ts";
import { createFunction, invoke, NODE, shellBootstrap, zip } from "../../testkit/functions.ts";
import { startTestServer, type TestServer } from "../../testkit/server.ts";

const PYTHON = `import os, sys
def lambda_handler(event, context):
    return [os.environ.get("ADDED"), sys.flags.optimize]
`;
const JAVASCRIPT = "exports.handler = async () => [process.env.ADDED, process.execArgv];";

/** Sets a variable, puts an argument behind the interpreter, and goes on with it. */
const wrapper = (argument: string): string => `#!/bin/sh
export ADDED=here
program=$1; shift
exec "$program" ${argument} "$@"
`;

const wrappedBy = (path: string) => ({ Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: path } } });

for (const isolation of ["auto", "process"] as const) {
  describe(`AWS_LAMBDA_EXEC_WRAPPER (${isolation})`, () => {
    let server: TestServer;
    let client: LambdaClient;
    before(async () => {
      server = await startTestServer({ LAMBKIN_ISOLATION: isolation });
      client = lambdaClient(server.url);
    });
    after(() => server.stop());

    it("starts a Python runtime from the function's code", async () => {
      const files = { "lambda_function.py": PYTHON, "wrap.sh": wrapper("-O") };
      await createFunction(client, "python", zip(files, ["wrap.sh"]), wrappedBy("/var/task/wrap.sh"));
      for (const _round of [1, 2]) assert.deepEqual((await invoke(client, "python")).payload, ["here", 1]);
    });

    it("starts a Node.js runtime from a layer", async () => {
      const ZipFile = zip({ wrap: wrapper("--no-deprecation") }, ["wrap"]);
      const layer = await client.send(
        new PublishLayerVersionCommand({ LayerName: "wrapper", Content: { ZipFile } }),
      );
      await createFunction(client, "node", zip({ "index.js": JAVASCRIPT }), {
        ...NODE,
        ...wrappedBy("/opt/wrap"),
        Layers: [layer.LayerVersionArn ?? ""],
      });
      const { payload } = await invoke(client, "node");
      assert.equal((payload as [string, string[]])[0], "here");
      assert.ok((payload as [string, string[]])[1].includes("--no-deprecation"));
    });

    for (const [what, files, status] of [
      ["is missing", {}, 127],
      ["may not be executed", { "wrap.sh": wrapper("") }, 126],
    ] as const) {
      it(`ends the runtime when it ${what}`, async () => {
        const name = `wrapper-${status}`;
        const code = zip({ "lambda_function.py": PYTHON, ...files });
        await createFunction(client, name, code, wrappedBy("/var/task/wrap.sh"));
        const { functionError, payload } = await invoke(client, name);
        assert.equal(functionError, "Unhandled");
        const { errorType, errorMessage } = payload as { errorType: string; errorMessage: string };
        assert.equal(errorType, "Runtime.ExitError");
        assert.match(errorMessage, new RegExp(`Runtime exited with error: exit status ${status}$`));
      });
    }

    it("means nothing to a custom runtime", async () => {
      const bootstrap = shellBootstrap('\\"$ADDED\\"');
      const code = zip({ bootstrap, "wrap.sh": wrapper("") }, ["bootstrap", "wrap.sh"]);
      const settings = { Runtime: "provided.al2023", ...wrappedBy("/var/task/wrap.sh") } as const;
      await createFunction(client, "custom", code, settings);
      assert.equal((await invoke(client, "custom")).payload, "");
    });
  });
}
